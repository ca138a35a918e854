using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using Backchannel.Native.Wire;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Backchannel.Native.Client;

/// <summary>Sends each request through the Polly pipeline: total deadline, retries, deadline per attempt.</summary>
/// <remarks>An attempt ends with the last byte of the body, so that an answer that breaks off is repeated too.</remarks>
internal sealed class RetryingSender
{
    private readonly BusAddresses addresses;
    private readonly BackchannelClientOptions options;
    private readonly TimeProvider time;
    private readonly ResiliencePipeline<BusAnswer> pipeline;

    public RetryingSender(BusAddresses addresses, BackchannelClientOptions options, TimeProvider time)
    {
        this.addresses = addresses;
        this.options = options;
        this.time = time;

        var builder = new ResiliencePipelineBuilder<BusAnswer> { TimeProvider = time };
        builder.AddTimeout(Deadline(RetryRules.Total));
        if (MaxAttempts > 1)
        {
            builder.AddRetry(Retry());
        }

        builder.AddTimeout(Deadline(RetryRules.Attempt));
        pipeline = builder.Build();
    }

    private int MaxAttempts => options.MaxAttempts * addresses.Count;

    /// <param name="answerType">What a success holds; null: nothing that is read.</param>
    /// <param name="total">How long all attempts together may take; greater than zero.</param>
    /// <param name="attempts">Notes what the attempts leave open, and says where the next one goes.</param>
    /// <exception cref="TimeoutRejectedException">A deadline passed.</exception>
    /// <exception cref="AnswerTooLongException">More than <see cref="HttpExchange.MaxAnswerBytes"/>.</exception>
    /// <exception cref="Exception">One of <see cref="TransportFaults"/>.</exception>
    public async Task<BusAnswer> SendAsync(
        BusRequest request,
        ApiKey? key,
        JsonTypeInfo? answerType,
        TimeSpan total,
        Attempts attempts,
        CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(RetryRules.Attempts, attempts);
        context.Properties.Set(RetryRules.Total, total);
        context.Properties.Set(RetryRules.Attempt, options.AttemptTimeout + request.Wait);
        context.Properties.Set(RetryRules.Deadline, time.GetTimestamp() + (long)((total - request.Wait).TotalSeconds * time.TimestampFrequency));
        try
        {
            // A state in a tuple would compile the whole pipeline once more for it: 46 KB.
            var answer = await pipeline.ExecuteAsync(
                context => AttemptAsync(request, key, answerType, attempts, context.CancellationToken), context);
            answer.TriedNote = RetryRules.IsOfTheAddress(answer) ? attempts.TriedNote : "";
            return answer;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static TimeoutStrategyOptions Deadline(ResiliencePropertyKey<TimeSpan> timeout) => new()
    {
        TimeoutGenerator = arguments => new(arguments.Context.Properties.GetValue(timeout, Timeout.InfiniteTimeSpan)),
    };

    private RetryStrategyOptions<BusAnswer> Retry() => new()
    {
        MaxRetryAttempts = MaxAttempts - 1,
        Delay = options.RetryDelay,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        ShouldHandle = arguments => new(RetryRules.ShouldRetry(arguments, options.MaxAttempts, time)),
        DelayGenerator = arguments => new(RetryRules.Pause(arguments, options.RetryDelay, addresses.Count)),
    };

    private async ValueTask<BusAnswer> AttemptAsync(
        BusRequest request, ApiKey? key, JsonTypeInfo? answerType, Attempts attempts, CancellationToken cancellationToken)
    {
        var address = attempts.Begin();
        try
        {
            var answer = await (options.Trace is { } trace
                ? TracedAsync(trace, address, request, key, answerType, cancellationToken)
                : SendAsync(address, request, key, answerType, cancellationToken));
            answer.Address = address;
            if (!RetryRules.IsOfTheAddress(answer))
            {
                attempts.Stay();
            }

            answer.FollowsLostAnswer = attempts.LostAnswer;
            attempts.LostAnswer |= answer.LeavesOpen;
            attempts.Refusal = answer.IsSuccess ? null : $"{answer.Status}: {answer.ErrorText}".TrimEnd('.', ':', ' ');
            return answer;
        }
        catch (Exception exception) when (request.IsWrite && !TransportFaults.IsBeforeSending(exception))
        {
            attempts.LostAnswer = true;
            throw;
        }
    }

    private static ValueTask<BusAnswer> SendAsync(
        BusAddress address, BusRequest request, ApiKey? key, JsonTypeInfo? answerType, CancellationToken cancellationToken) =>
        address.Exchange.SendAsync(new Uri(address.Url + request.Path), request, key, answerType, cancellationToken);

    private async ValueTask<BusAnswer> TracedAsync(
        Action<string> trace, BusAddress address, BusRequest request, ApiKey? key, JsonTypeInfo? answerType, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var outcome = "interrupted";
        try
        {
            var answer = await SendAsync(address, request, key, answerType, cancellationToken);
            outcome = answer.Status.ToString(CultureInfo.InvariantCulture);
            return answer;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            outcome = exception.GetType().Name;
            throw;
        }
        finally
        {
            // Whoever knows the token of a lease can renew it.
            var path = request.Path.StartsWith(Routes.Leases, StringComparison.Ordinal) ? $"{Routes.Leases}/…" : request.Path.Split('?')[0];
            trace(string.Create(
                CultureInfo.InvariantCulture, $"{request.Method} {(addresses.Count > 1 ? address.Url : "")}{path} {outcome} {time.GetElapsedTime(started).TotalMilliseconds:0} ms"));
        }
    }
}
