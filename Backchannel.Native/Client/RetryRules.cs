using System.Net.Http;
using System.Security.Authentication;
using Backchannel.Native.Wire;
using Polly;
using Polly.Retry;

namespace Backchannel.Native.Client;

/// <summary>Which outcomes are worth another attempt, and when.</summary>
/// <remarks>
/// Repeating a write is safe because all attempts carry one idempotency key; minting, which knows no such key, because a label
/// has one key. Not every 500 of the reference bus passes, but those cost only the attempts.
/// </remarks>
internal static class RetryRules
{
    /// <summary>Until when another attempt may begin, as a timestamp of the pipeline's clock: one that waits needs its time for that.</summary>
    public static readonly ResiliencePropertyKey<long> Deadline = new("deadline");

    /// <summary>How long all attempts together may take.</summary>
    public static readonly ResiliencePropertyKey<TimeSpan> Total = new("total");

    /// <summary>How long one attempt may take.</summary>
    public static readonly ResiliencePropertyKey<TimeSpan> Attempt = new("attempt");

    /// <summary>The attempts of this call so far.</summary>
    public static readonly ResiliencePropertyKey<Attempts> Attempts = new("attempts");

    /// <summary>Whether there is to be another attempt; leaves an address that serves nobody.</summary>
    /// <param name="maxAttempts">How often each address is asked at most.</param>
    public static bool ShouldRetry(RetryPredicateArguments<BusAnswer> arguments, int maxAttempts, TimeProvider time)
    {
        var attempts = arguments.Context.Properties.GetValue(Attempts, null!);
        if (IsOfTheAddress(arguments.Outcome) && !arguments.Context.CancellationToken.IsCancellationRequested)
        {
            attempts.Leave();
            if (attempts.MovesOn)
            {
                return true;
            }
        }

        if (attempts.Pauses >= maxAttempts - 1)
        {
            return false;
        }

        if (arguments.Outcome.Result is not { } answer)
        {
            return !arguments.Context.CancellationToken.IsCancellationRequested && IsPassing(arguments.Outcome.Exception);
        }

        if (!IsPassing(answer, attempts.Pauses))
        {
            return false;
        }

        // Pausing longer would only turn a clear "come back in a minute" into a timeout.
        var left = time.GetElapsedTime(time.GetTimestamp(), arguments.Context.Properties.GetValue(Deadline, long.MaxValue));
        return PauseAsked(answer) is not { } pause || pause < left;
    }

    /// <summary>The pause before the next attempt; null leaves it to exponential backoff.</summary>
    /// <param name="first">The first pause without a wish of the bus; each further one is twice as long.</param>
    public static TimeSpan? Pause(RetryDelayGeneratorArguments<BusAnswer> arguments, TimeSpan first, int addresses)
    {
        var attempts = arguments.Context.Properties.GetValue(Attempts, null!);
        if (attempts.MovesOn)
        {
            return TimeSpan.Zero;
        }

        var pauses = attempts.Pauses++;
        return PauseAsked(arguments.Outcome.Result)
            ?? (addresses == 1 ? null : first * Math.Pow(2, pauses) * (0.75 + (Random.Shared.NextDouble() / 2)));
    }

    /// <summary>Whether a bus, or the proxy before it, says that nobody is served at this address now.</summary>
    public static bool IsOfTheAddress(BusAnswer answer) => answer is { Status: 502 or 503 or 504 } && answer.Error?.Error != ErrorCodes.ChannelPaused;

    private static bool IsOfTheAddress(Outcome<BusAnswer> outcome) => outcome.Result is { } answer
        ? IsOfTheAddress(answer)
        : outcome.Exception is { } exception && TransportFaults.Is(exception);

    /// <summary>The pause that the bus asks for; null leaves it to exponential backoff.</summary>
    private static TimeSpan? PauseAsked(BusAnswer? answer) =>
        answer is { Status: 429 or 503, Error.Error: not ErrorCodes.ChannelPaused, RetryAfter: { } pause } && pause > TimeSpan.Zero
            ? pause
            : null;

    private static bool IsPassing(BusAnswer answer, int pauses) => answer.Status switch
    {
        // The channel is paused until its owner resumes it: one more attempt is enough.
        503 when answer.Error?.Error == ErrorCodes.ChannelPaused => pauses == 0,
        // Only the operator can repair it.
        503 when answer.Error?.Error == ErrorCodes.StorageDamaged => false,
        // Files make room when messages expire, not in a second.
        429 when answer.Error?.Error == ErrorCodes.FileQuotaExceeded => false,
        408 or 429 or 500 or 502 or 503 or 504 => true,
        // Done, and there is nothing to read.
        204 => false,
        >= 200 and < 300 => !answer.MayBeText && !answer.IsJson,
        _ => false,
    };

    private static bool IsPassing(Exception? exception) => exception switch
    {
        // A certificate that is not trusted now will not be trusted in a second.
        AuthenticationException or HttpRequestException { InnerException: AuthenticationException } => false,

        // Thrown while connecting, when the local bus does not start: that start has retries of its own.
        HttpRequestException { InnerException: BackchannelException } => false,
        null => false,
        var fault => TransportFaults.Is(fault),
    };
}
