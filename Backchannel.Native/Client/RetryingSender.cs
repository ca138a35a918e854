using System.Globalization;
using System.Net.Http;
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
    private readonly HttpExchange exchange;
    private readonly BackchannelClientOptions options;
    private readonly TimeProvider time;
    private readonly ResiliencePipeline<BusAnswer> pipeline;

    public RetryingSender(HttpClient http, BackchannelClientOptions options, TimeProvider time)
    {
        exchange = new(http, time);
        this.options = options;
        this.time = time;

        var builder = new ResiliencePipelineBuilder<BusAnswer> { TimeProvider = time };
        builder.AddTimeout(Deadline(RetryRules.Total));
        if (options.MaxAttempts > 1)
        {
            builder.AddRetry(Retry());
        }

        builder.AddTimeout(Deadline(RetryRules.Attempt));
        pipeline = builder.Build();
    }

    /// <param name="answerType">What a success holds; null: nothing that is read.</param>
    /// <param name="total">How long all attempts together may take; greater than zero.</param>
    /// <param name="attempts">Notes what the attempts leave open.</param>
    /// <exception cref="TimeoutRejectedException">A deadline passed.</exception>
    /// <exception cref="AnswerTooLongException">More than <see cref="HttpExchange.MaxAnswerBytes"/>.</exception>
    /// <exception cref="Exception">One of <see cref="TransportFaults"/>.</exception>
    public async Task<BusAnswer> SendAsync(
        Uri uri,
        BusRequest request,
        ApiKey? key,
        JsonTypeInfo? answerType,
        TimeSpan total,
        Attempts attempts,
        CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(RetryRules.Total, total);
        context.Properties.Set(RetryRules.Attempt, options.AttemptTimeout + request.Wait);
        context.Properties.Set(RetryRules.Deadline, time.GetTimestamp() + (long)((total - request.Wait).TotalSeconds * time.TimestampFrequency));
        try
        {
            // A state in a tuple would compile the whole pipeline once more for it: 46 KB.
            return await pipeline.ExecuteAsync(
                context => AttemptAsync(uri, request, key, answerType, attempts, context.CancellationToken), context);
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
        MaxRetryAttempts = options.MaxAttempts - 1,
        Delay = options.RetryDelay,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        ShouldHandle = arguments => new(RetryRules.ShouldRetry(arguments, time)),
        DelayGenerator = static arguments => new(RetryRules.PauseAsked(arguments.Outcome.Result)),
    };

    private async ValueTask<BusAnswer> AttemptAsync(
        Uri uri, BusRequest request, ApiKey? key, JsonTypeInfo? answerType, Attempts attempts, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await (options.Trace is { } trace
                ? TracedAsync(trace, uri, request, key, answerType, cancellationToken)
                : exchange.SendAsync(uri, request, key, answerType, cancellationToken));
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

    private async ValueTask<BusAnswer> TracedAsync(
        Action<string> trace, Uri uri, BusRequest request, ApiKey? key, JsonTypeInfo? answerType, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var outcome = "interrupted";
        try
        {
            var answer = await exchange.SendAsync(uri, request, key, answerType, cancellationToken);
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
                CultureInfo.InvariantCulture, $"{request.Method} {path} {outcome} {time.GetElapsedTime(started).TotalMilliseconds:0} ms"));
        }
    }
}
