using System.Globalization;
using Backchannel.Native.Bus.Connections;
using Backchannel.Native.Bus.Memory;
using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http;

namespace Backchannel.Native.Bus.Http;

/// <summary>Handles a request in the order of the contract: route, key, rate, body, kept answer, scope, endpoint.</summary>
internal sealed class BusApplication(
    BusOptions options,
    RouteTable routes,
    BusDatabase database,
    KeyRing keyRing,
    SlidingWindow keyRequests,
    SlidingWindow keylessRequests,
    RequestCounters counters,
    RequestSpans? spans,
    TimeProvider timeProvider,
    BusLog log,
    CancellationToken stopping) : IDisposable
{
    private readonly BaseAddress baseAddress = new(options.BaseUrl, options.AllowedHosts);
    private readonly CommonHeaders headers = new(keyRequests);
    private readonly RequestBody bodies = new(options, timeProvider);
    private readonly IdempotentWrites writes = new(database, timeProvider);
    private readonly ReplyWriter replies = new(options, timeProvider, stopping);

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
        headers.Add(http, caller, requestId);
        try
        {
            var reply = await AnswerAsync(http, request);
            await replies.WriteAsync(http, reply);
            await UndoAsync(http, request, reply);
        }
        catch (ApiException refusal)
        {
            await RefuseAsync(http, request, refusal);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has disconnected.
        }
        // Catches everything: a bug in one request must not end the bus, and the text of its exception must not reach the client.
        catch (Exception fault)
        {
            // An unusable database was reported when it was found, and a server that is away when it was lost.
            if (fault is not (UnusableDatabaseException or StorageException { IsReported: true }))
            {
                log.Fault(requestId, request.Method, fault);
            }

            await RefuseAsync(http, request, FaultRefusals.Of(fault));
        }

        http.Features.Get<TrackedConnection>()?.RequestEnds();
        Record(request, http.Response.StatusCode, timeProvider.GetElapsedTime(start));
    }

    public void Dispose() => writes.Dispose();

    private async Task RefuseAsync(HttpContext http, ApiRequest request, ApiException refusal)
    {
        if (refusal.RetryAfterSeconds is { } seconds)
        {
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        var reply = ErrorReply.From(refusal, request.RequestId, request.BaseUrl);
        var isAboutHealth = request.Template is Routes.Health or Routes.Ready;
        await replies.WriteAsync(http, isAboutHealth ? reply with { Database = database.Description } : reply);
    }

    /// <summary>Undoes what only a client that got the answer can use.</summary>
    private async Task UndoAsync(HttpContext http, ApiRequest request, Reply reply)
    {
        if (reply.Undelivered is not { } undo || !http.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        try
        {
            await undo();
        }
        // Catches everything: nobody is left to be told, and what was not undone ends by itself.
        catch (Exception fault) when (fault is not UnusableDatabaseException)
        {
            log.Fault(request.RequestId, request.Method, fault);
        }
    }

    private void Record(ApiRequest request, int status, TimeSpan duration)
    {
        // A client can send any word as a method: counters keep known ones only.
        var method = request.Template == ApiRequest.Unknown ? "other" : request.Method;
        counters.Add(method, request.Template, status, duration);
        spans?.Record(request, method, status, duration);
        if (options.LogRequests)
        {
            log.Request(request.RequestId, method, request.Template, status, duration, request.KeyId);
        }
    }

    private async ValueTask<Reply> AnswerAsync(HttpContext http, ApiRequest request)
    {
        if (!routes.TryFind(request.Method, request.Path, out var endpoint, out var values))
        {
            CountKeyless(request);
            return request.Method == HttpMethods.Options && routes.IsKnown(request.Path)
                ? CommonHeaders.Preflight(http)
                : throw new ApiException(404, ErrorCodes.NotFound, "There is nothing at this path for this method.");
        }

        request.Route = values;
        request.Template = endpoint.Template;
        var remaining = 0;
        if (endpoint.IsPublic)
        {
            CountKeyless(request);
        }

        endpoint.BeforeKey?.Invoke(request);
        if (endpoint.NeedsKey)
        {
            request.Key = await AuthenticateAsync(request);
            http.Features.Get<TrackedConnection>()?.RequestWithKeyBegins();
            if (!keyRequests.TryTake(request.Key.KeyId, out remaining))
            {
                throw Throttle.RateLimitExceeded(
                    $"This key may make {keyRequests.Limit} requests in {keyRequests.Window.TotalSeconds:0} s.",
                    keyRequests.Window,
                    keyRequests.Window);
            }
        }

        var reply = await RunAsync(http, endpoint, request);
        if (!reply.IsReplay && keyRequests.Limit > 0)
        {
            http.Response.Headers[HeaderNames.RateLimitRemaining] = remaining.ToString(CultureInfo.InvariantCulture);
        }

        return reply;
    }

    private async ValueTask<ApiKeyRecord> AuthenticateAsync(ApiRequest request)
    {
        try
        {
            return await keyRing.AuthenticateAsync(request.Header(HeaderNames.ApiKey));
        }
        catch (ApiException)
        {
            CountKeyless(request);
            throw;
        }
    }

    /// <summary>Counts a request without a valid key for its address. A valid key has a limit of its own, which others cannot use up.</summary>
    private void CountKeyless(ApiRequest request)
    {
        if (request.RemoteAddress is not null && !keylessRequests.TryTake(request.AddressSubject, out _))
        {
            throw Throttle.RateLimitExceeded(
                $"This address may make {keylessRequests.Limit} requests without a valid key in {keylessRequests.Window.TotalSeconds:0} s.",
                keylessRequests.Window,
                keyRequests.Window);
        }
    }

    private async ValueTask<Reply> RunAsync(HttpContext http, ApiEndpoint endpoint, ApiRequest request)
    {
        // A long read would hold up all connections of a thread that watches sockets. A write waits there for the disk, as far as WriteQueue lets it.
        if (endpoint is not (WriteEndpoint or AsyncEndpoint { AnnouncesKey: true }) && !Thread.CurrentThread.IsThreadPoolThread)
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }

        switch (endpoint)
        {
            case WriteEndpoint write:
                request.Body = await bodies.ReadAsync(http.Request, isPublic: false, http.RequestAborted);
                var written = await writes.RunAsync(http, write, request);
                return written.Refusal is { } refusal ? throw refusal : written;
            case StreamEndpoint stream:
                return await bodies.StreamAsync(http.Request, reader => stream.Run(request, reader), http.RequestAborted);
            case ReadEndpoint read:
                KeyScopes.Require(request.Key, read.Scope);
                return await database.ReadAsync(storage => read.Read(request, storage));
            case AsyncEndpoint run:
                if (run.NeedsKey)
                {
                    KeyScopes.Require(request.Key, run.Scope);
                }

                request.Body = await bodies.ReadAsync(http.Request, isPublic: !run.NeedsKey, http.RequestAborted);
                if (run.AnnouncesKey)
                {
                    KeptAnswerKey.Of(request)?.Announce(http);
                }

                return await run.Run(request, http.RequestAborted);
            default:
                throw new InvalidOperationException($"No way to run {endpoint}.");
        }
    }
}
