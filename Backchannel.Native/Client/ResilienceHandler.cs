using System.Globalization;
using System.Net.Http;
using System.Net.Http.Headers;
using Backchannel.Native.Text;
using Backchannel.Native.Wire;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Backchannel.Native.Client;

/// <summary>Applies the Polly pipeline to each request: total deadline, retries, deadline per attempt.</summary>
/// <remarks>An attempt ends with the last byte of the body, so that an answer that breaks off is repeated too.</remarks>
internal sealed class ResilienceHandler
{
    /// <summary>Longest answer that is read, after decompression.</summary>
    public const int MaxAnswerBytes = 4 * 1024 * 1024;

    private readonly HttpClient http;
    private readonly BackchannelClientOptions options;
    private readonly TimeProvider time;
    private readonly ResiliencePipeline<BusAnswer> pipeline;

    public ResilienceHandler(HttpClient http, BackchannelClientOptions options, TimeProvider time)
    {
        this.http = http;
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

    /// <param name="total">How long all attempts together may take; greater than zero.</param>
    /// <param name="attempts">Notes what the attempts leave open.</param>
    /// <exception cref="TimeoutRejectedException">A deadline passed.</exception>
    /// <exception cref="AnswerTooLongException">More than <see cref="MaxAnswerBytes"/>.</exception>
    /// <exception cref="Exception">One of <see cref="TransportFaults"/>.</exception>
    public async Task<BusAnswer> SendAsync(
        Uri uri, BusRequest request, ApiKey? key, TimeSpan total, Attempts attempts, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(RetryRules.Total, total);
        context.Properties.Set(RetryRules.Attempt, options.AttemptTimeout + request.Wait);
        context.Properties.Set(RetryRules.Deadline, time.GetTimestamp() + (long)(total.TotalSeconds * time.TimestampFrequency));
        try
        {
            return await pipeline.ExecuteAsync(
                static (context, state) => state.Self.AttemptAsync(state.Uri, state.Request, state.Key, state.Attempts, context.CancellationToken),
                context,
                (Self: this, Uri: uri, Request: request, Key: key, Attempts: attempts));
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
        Uri uri, BusRequest request, ApiKey? key, Attempts attempts, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await (options.Trace is { } trace
                ? TracedAsync(trace, uri, request, key, cancellationToken)
                : SendOnceAsync(uri, request, key, cancellationToken));
            answer.FollowsLostAnswer = attempts.LostAnswer;
            attempts.LostAnswer |= answer.LeavesOpen;
            return answer;
        }
        catch (Exception exception) when (request.IsWrite && !TransportFaults.IsBeforeSending(exception))
        {
            attempts.LostAnswer = true;
            throw;
        }
    }

    private async ValueTask<BusAnswer> TracedAsync(
        Action<string> trace, Uri uri, BusRequest request, ApiKey? key, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var outcome = "interrupted";
        try
        {
            var answer = await SendOnceAsync(uri, request, key, cancellationToken);
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

    private async ValueTask<BusAnswer> SendOnceAsync(Uri uri, BusRequest request, ApiKey? key, CancellationToken cancellationToken)
    {
        using var message = Message(uri, request, key);
        using var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        var requestId = Header(response, HeaderNames.RequestId);
        var status = (int)response.StatusCode;

        var body = await ReadAsync(response.Content, cancellationToken)
            ?? throw new AnswerTooLongException(status, requestId);
        body = NonFiniteNumbers.Mend(body);
        // The reference bus takes them and gives them back: one message with them would make every page that holds it unreadable.
        LoneSurrogates.Replace(body);
        return new(status, body)
        {
            IsOfWrite = request.IsWrite,
            ContentType = response.Content.Headers.ContentType?.ToString(),
            RequestId = requestId,
            RedirectsTo = response.Headers.Location is { IsAbsoluteUri: true } to ? to.GetLeftPart(UriPartial.Authority) : null,
            RetryAfterHeader = Delay(response.Headers.RetryAfter),
            Date = response.Headers.Date,
            Software = Header(response, "Server"),
            IsReplay = Header(response, HeaderNames.IdempotentReplay) is not null,
            Deliveries = int.TryParse(Header(response, HeaderNames.Deliveries), CultureInfo.InvariantCulture, out var deliveries) ? deliveries : null,
            Additions = Header(response, HeaderNames.Additions)
                ?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [],
        };
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private static HttpRequestMessage Message(Uri uri, BusRequest request, ApiKey? key)
    {
        var message = new HttpRequestMessage(request.Method, uri)
        {
            Version = System.Net.HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher,
        };
        if (request.Method != HttpMethod.Get)
        {
            // An array knows its length: the reference bus reads a chunked body as empty.
            message.Content = new ByteArrayContent(request.Body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        Add(message, HeaderNames.ApiKey, key?.Value);
        Add(message, HeaderNames.IdempotencyKey, request.IdempotencyKey?.Value);
        Add(message, HeaderNames.TraceParent, request.TraceParent);
        return message;
    }

    private static void Add(HttpRequestMessage message, string name, string? value)
    {
        if (value is not null)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }
    }

    /// <returns>Null when there is more than we read.</returns>
    private static async Task<byte[]?> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var announced = content.Headers.ContentLength;
        if (announced > MaxAnswerBytes)
        {
            return null;
        }

        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[(int)(announced ?? 4096) + 1];
        var length = 0;
        while (await stream.ReadAsync(buffer.AsMemory(length), cancellationToken) is > 0 and var read)
        {
            length += read;
            if (length > MaxAnswerBytes)
            {
                return null;
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(buffer.Length * 2, MaxAnswerBytes + 1));
            }
        }

        return buffer.AsSpan(0, length).ToArray();
    }

    private TimeSpan? Delay(RetryConditionHeaderValue? header) => header switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > time.GetUtcNow() => date - time.GetUtcNow(),
        _ => null,
    };
}
