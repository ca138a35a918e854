using System.Globalization;
using System.Security.Cryptography;
using Backchannel.Native.Bus.Connections;
using Backchannel.Native.Bus.Endpoints;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Backchannel.Native.Bus.Http;

/// <summary>Takes a request through the contract's order: route, key, rate, kept answer, scope, body, endpoint.</summary>
internal sealed class BusApplication(
    BusOptions options,
    RouteTable routes,
    BusDatabase database,
    KeyRing keyRing,
    SlidingWindow requests,
    SlidingWindow strangers,
    RequestCounters counters,
    TimeProvider timeProvider,
    BusLog log,
    CancellationToken stopping) : IDisposable
{
    private static readonly string[] NeverKeptAutomatically = ["/ack", "/claim", "/claim-with-lease", "/release", "/heartbeat", "/take-over"];

    private readonly BaseAddress baseAddress = new(options.BaseUrl, options.AllowedHosts);
    // Work outside the writer is slow when somebody wants it to be: one at a time, on a thread that nobody else needs.
    private readonly SemaphoreSlim outside = new(1);

    private readonly RequestBody bodies = new(options, timeProvider);

    public async Task HandleAsync(HttpContext http)
    {
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var split = target.IndexOf('?');
        var path = split < 0 ? target : target[..split];
        var start = timeProvider.GetTimestamp();
        var caller = CallerAddress.Of(http, options.TrustedProxies);
        var requestId = Guid.NewGuid().ToString();
        var request = new ApiRequest(http, caller, path, requestId, baseAddress.For(caller))
        {
            MaxMetadataBytes = options.MaxMessageBytes,
            Query = new QueryFields(split < 0 ? default : target.AsSpan(split + 1)),
        };
        CommonHeaders.Add(http, caller, requestId, requests);
        try
        {
            await WriteAsync(http, await AnswerAsync(http, request));
        }
        catch (ApiException refusal)
        {
            if (refusal.RetryAfterSeconds is { } seconds)
            {
                http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            }

            await WriteAsync(http, ErrorReply.From(refusal, requestId, request.BaseUrl));
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to answer.
        }
        // The boundary of a request: a fault in one of them must not end the connection or the bus, and its text must not leave the process.
        catch (Exception fault)
        {
            log.Fault(requestId, request.Method, fault);
            await WriteAsync(http, ErrorReply.From(Unexpected(fault), requestId, request.BaseUrl));
        }

        http.Features.Get<ConnectionPlace>()?.Rest();
        Record(request, http.Response.StatusCode, timeProvider.GetElapsedTime(start));
    }

    public void Dispose() => outside.Dispose();

    private void Record(ApiRequest request, int status, TimeSpan duration)
    {
        // A method can be any word a stranger likes.
        var method = request.Template == ApiRequest.Unknown ? "other" : request.Method;
        counters.Add(method, request.Template, status, duration);
        if (options.LogRequests)
        {
            log.Request(request.RequestId, method, request.Template, status, duration, request.KeyId);
        }
    }

    private async ValueTask<Reply> AnswerAsync(HttpContext http, ApiRequest request)
    {
        if (!routes.TryFind(request.Method, request.Path, out var endpoint, out var values))
        {
            CountStranger(request);
            return request.Method == HttpMethods.Options && routes.IsKnown(request.Path)
                ? CommonHeaders.Preflight(http)
                : throw new ApiException(404, ErrorCodes.NotFound, "There is nothing at this path for this method.");
        }

        request.Route = values;
        request.Template = endpoint.Template;
        var remaining = 0;
        if (endpoint.IsPublic)
        {
            CountStranger(request);
        }

        endpoint.BeforeKey?.Invoke(request);
        if (endpoint.NeedsKey)
        {
            request.Key = Authenticate(request);
            http.Features.Get<ConnectionPlace>()?.Recognize();
            if (!requests.TryTake(request.Key.KeyId, out remaining))
            {
                throw Throttle.RateLimitExceeded(
                    $"This key may make {requests.Limit} requests in {requests.Window.TotalSeconds:0} s.",
                    requests.Window,
                    requests.Window);
            }
        }

        var reply = await RunAsync(http, endpoint, request);
        if (!reply.IsReplay && requests.Limit > 0)
        {
            http.Response.Headers[HeaderNames.RateLimitRemaining] = remaining.ToString(CultureInfo.InvariantCulture);
        }

        return reply;
    }

    private ApiKeyRecord Authenticate(ApiRequest request)
    {
        try
        {
            return keyRing.Authenticate(request.Header(HeaderNames.ApiKey));
        }
        catch (ApiException)
        {
            CountStranger(request);
            throw;
        }
    }

    /// <summary>Counts a request without a valid key for its address; valid keys have limits of their own, which nobody else can use up.</summary>
    private void CountStranger(ApiRequest request)
    {
        if (request.RemoteAddress is not null && !strangers.TryTake(request.AddressSubject, out _))
        {
            throw Throttle.RateLimitExceeded(
                $"This address may make {strangers.Limit} requests without a valid key in {strangers.Window.TotalSeconds:0} s.",
                strangers.Window,
                requests.Window);
        }
    }

    private async ValueTask<Reply> RunAsync(HttpContext http, Endpoint endpoint, ApiRequest request)
    {
        switch (endpoint)
        {
            case WriteEndpoint write:
                request.Body = await bodies.ReadAsync(http.Request, isPublic: false, http.RequestAborted);
                return await WriteAsync(http, write, request);
            case ReadEndpoint read:
                KeyScopes.Require(request.Key, read.Scope);
                return database.Read(storage => read.Read(request, storage));
            case AsyncEndpoint run:
                if (run.NeedsKey)
                {
                    KeyScopes.Require(request.Key, run.Scope);
                }

                request.Body = await bodies.ReadAsync(http.Request, isPublic: !run.NeedsKey, http.RequestAborted);
                if (run.AnnouncesKey)
                {
                    var given = request.Header(HeaderNames.IdempotencyKey);
                    AnnounceKey(http, given, given ?? AutomaticKey(request)!);
                }

                return await run.Run(request, http.RequestAborted);
            default:
                throw new InvalidOperationException($"No way to run {endpoint}.");
        }
    }

    private async Task<Reply> WriteAsync(HttpContext http, WriteEndpoint endpoint, ApiRequest request)
    {
        var given = endpoint.IsIdempotent ? request.Header(HeaderNames.IdempotencyKey) : null;
        var idempotencyKey = given ?? (endpoint.IsIdempotent ? AutomaticKey(request) : null);
        if (idempotencyKey is null)
        {
            KeyScopes.Require(request.Key, endpoint.Scope);
            return await CommitAsync(endpoint.Prepare(request));
        }

        var digest = AnswerStore.Digest(request.Key.KeyId, idempotencyKey);
        var operation = AnswerStore.Digest(request.Method, request.Path);
        var work = Prepare(endpoint, request);
        var reply = await CommitAsync(context => RunOnce(context, digest, operation, work));
        if (reply.IsReplay)
        {
            http.Response.Headers[HeaderNames.IdempotentReplay] = "true";
        }

        if (reply.IsSuccess)
        {
            AnnounceKey(http, given, idempotencyKey);
        }

        return reply;
    }

    private async Task<Reply> CommitAsync(Func<WriteContext, Reply> work)
    {
        while (true)
        {
            try
            {
                return await database.Writes.RunAsync(work);
            }
            catch (OutsideWriterException interruption)
            {
                await outside.WaitAsync();
                try
                {
                    await Task.Factory.StartNew(
                        () => interruption.Work(timeProvider), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
                }
                finally
                {
                    outside.Release();
                }
            }
        }
    }

    /// <summary>The work of a request; a refusal of its body comes out only where no kept answer was found.</summary>
    private static Func<WriteContext, Reply> Prepare(WriteEndpoint endpoint, ApiRequest request)
    {
        try
        {
            KeyScopes.Require(request.Key, endpoint.Scope);
            return endpoint.Prepare(request);
        }
        catch (ApiException refusal)
        {
            return _ => throw refusal;
        }
    }

    private static Reply RunOnce(WriteContext context, long digest, long operation, Func<WriteContext, Reply> work)
    {
        if (context.Storage.Answers.Find(digest, context.Now) is { } kept)
        {
            return kept.Operation == operation
                ? kept.Reply with { IsReplay = true }
                : throw new ApiException(
                    422,
                    ErrorCodes.IdempotencyKeyReused,
                    "This Idempotency-Key was used for another method or path within a day. Use a new key for each operation.");
        }

        var reply = work(context);
        if (reply.IsSuccess)
        {
            context.Storage.Answers.Add(digest, context.NextTime(), new KeptAnswer(operation, reply));
        }

        return reply;
    }

    private static void AnnounceKey(HttpContext http, string? given, string effective)
    {
        if (CommonHeaders.IsPrintable(effective))
        {
            http.Response.Headers[HeaderNames.IdempotencyKey] = effective;
            http.Response.Headers[HeaderNames.IdempotencySource] = given is null ? "server-auto" : "client";
        }
    }

    private static string? AutomaticKey(ApiRequest request)
    {
        const int DigestBytes = 16;
        if (Array.Exists(NeverKeptAutomatically, request.Path.EndsWith))
        {
            return null;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(request.Body.Span, hash);
        return $"auto-{request.Method}-{Convert.ToHexStringLower(hash[..DigestBytes])}-{request.Path}";
    }

    private static ApiException Unexpected(Exception fault) => fault switch
    {
        StorageException { IsDamage: true } => StorageFault.Damaged("", "").Refusal(),
        StorageException { IsDiskTrouble: true } => new ApiException(
            503,
            ErrorCodes.StorageUnavailable,
            "The bus cannot write its database: nothing was kept. Its operator has to look at the disk (space, permissions, the limit on the size of files); then send this again."),
        ObjectDisposedException => new ApiException(503, ErrorCodes.StorageUnavailable, "The bus is stopping: nothing was kept. Send this again."),
        _ => new ApiException(500, ErrorCodes.InternalServerError, "The bus failed; its log has the details under this request id."),
    };

    private async Task WriteAsync(HttpContext http, Reply reply)
    {
        var response = http.Response;
        response.StatusCode = reply.Status;
        if (reply.Status < 400)
        {
            response.Headers.Link = CommonHeaders.Links;
        }

        if (reply.IsDeprecated)
        {
            response.Headers["Deprecation"] = "true";
            response.Headers["Sunset"] = "2027-01-01";
        }

        if (reply.Location is { } location)
        {
            response.Headers.Location = location;
        }

        if (reply.Additions is { } additions)
        {
            response.Headers[HeaderNames.Additions] = additions;
            response.Headers.Server = $"backchannel-mcp/{ProductVersion.Text}";
        }

        if (reply.Deliveries is { } deliveries)
        {
            response.Headers[HeaderNames.Deliveries] = deliveries.ToString(CultureInfo.InvariantCulture);
        }

        if (stopping.IsCancellationRequested)
        {
            response.Headers.Connection = "close";
        }

        if (reply.Body.IsEmpty)
        {
            return;
        }

        response.ContentType = reply.ContentType;
        response.ContentLength = reply.Body.Length;
        try
        {
            var sending = response.BodyWriter.WriteAsync(reply.Body, http.RequestAborted);
            if (sending.IsCompleted)
            {
                await sending;
                return;
            }

            // A caller that does not take its answer must not hold it in memory for long.
            await using var deadline = timeProvider.CreateTimer(
                static caller => ((HttpContext)caller!).Abort(), http, options.TransferTimeout, Timeout.InfiniteTimeSpan);
            await sending;
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller left before the answer did.
        }
    }
}
