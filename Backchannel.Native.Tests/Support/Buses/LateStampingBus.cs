using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Backchannel.Native.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Backchannel.Native.Tests.Support.Buses;

/// <summary>A bus with those faults of the reference server that harm its users; it serves only what the tools call.</summary>
/// <remarks>
/// It takes a message's time before it stores it, holds no long-poll, never sweeps a lease, and goes on renewing leases that
/// were released or whose message was acknowledged. Our own bus has none of these.
/// </remarks>
internal sealed class LateStampingBus : IAsyncDisposable
{
    /// <summary>The product only writes requests.</summary>
    private static readonly JsonSerializerOptions RequestOptions =
        new(WireJsonContext.Default.Options) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    private readonly WebApplication application;
    private readonly IdempotentAnswers answers = new();
    private int keys;

    private LateStampingBus(TimeProvider time, TimeSpan resolution)
    {
        Store = new(time, resolution);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        application = builder.Build();
        application.Run(ServeAsync);
    }

    public LateStampingStore Store { get; }

    public Uri Address => new(application.Urls.First());

    /// <summary>Whether it says how it is. Not by default: the tools do without.</summary>
    public bool ServesHealth { get; set; }

    /// <summary>What an earlier bus at this address offered; null: there was none.</summary>
    public string? EarlierAdditions { get; set; }

    /// <summary>Runs for each request before it is served; may hold it.</summary>
    public Func<string, Task> OnRequest { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Runs when a request was served, before its answer goes out.</summary>
    public Func<string, Task> OnServed { get; set; } = static _ => Task.CompletedTask;

    /// <param name="resolution">Of its clock: a coarse one gives several messages the same time.</param>
    public static async Task<LateStampingBus> StartAsync(TimeProvider time, TimeSpan resolution)
    {
        var bus = new LateStampingBus(time, resolution);
        await bus.application.StartAsync();
        return bus;
    }

    public static Task<LateStampingBus> StartAsync() => StartAsync(TimeProvider.System, TimeSpan.FromMicroseconds(1));

    public ValueTask DisposeAsync() => application.DisposeAsync();

    private async Task ServeAsync(HttpContext http)
    {
        var route = $"{http.Request.Method} {http.Request.Path.Value}";
        await OnRequest(route);
        var answer = await answers.AnswerAsync(http, AnswerAsync);
        await OnServed(route);
        if (EarlierAdditions is not null && route == $"GET {Routes.Health}")
        {
            http.Response.Headers[HeaderNames.Additions] = EarlierAdditions;
            answer = BusReply.Of(200, new("ok", 0.1, "1.0", "self-hosted", true, "/status"), WireJsonContext.Default.Health);
        }

        http.Response.StatusCode = answer.Status;
        http.Response.ContentType = "application/json";
        await http.Response.Body.WriteAsync(answer.Body, http.RequestAborted);
    }

    private async Task<BusReply> AnswerAsync(HttpContext http)
    {
        try
        {
            return await RouteAsync(http);
        }
        catch (RefusalException refusal)
        {
            var (status, code) = (refusal.Status, refusal.Code);
            return BusReply.Of(status, new(code, $"refused: {code}"), WireJsonContext.Default.ErrorResponse);
        }
    }

    private async Task<BusReply> RouteAsync(HttpContext http)
    {
        var owner = http.Request.Headers[HeaderNames.ApiKey].ToString().Split('.')[0];
        var path = http.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var context = WireJsonContext.Default;
        switch (http.Request.Method, path)
        {
            case ("GET", ["health"]) when ServesHealth:
                return BusReply.Of(200, new("ok", 0.1, "1.0", "self-hosted", true, "/status"), context.Health);
            case ("POST", ["v1", "keys"]):
                var label = (await ReadAsync<MintKeyRequest>(http)).AgentLabel;
                var id = $"bck_{Interlocked.Increment(ref keys):000000000000}";
                Store.Labels[id] = label;
                return BusReply.Of(201, new($"{id}.{new string('s', 32)}", id, null, label, 0, 60), context.IssuedKey);
            case ("GET", ["v1", "keys", "me"]):
                return BusReply.Of(200, new(owner, Store.Labels[owner], "free", true, null, 0, 60), context.KeyIdentity);
            case ("POST", ["v1", "channels"]):
                return BusReply.Of(201, Store.Create(await ReadAsync<CreateChannelRequest>(http), owner), context.Channel);
            case ("GET", ["v1", "channels"]):
                return BusReply.Of(200, Store.ListChannels(), context.ChannelPage);
            case ("GET", ["v1", "channels", var channel]):
                return BusReply.Of(200, Store.FindChannel(channel, owner), context.Channel);
            case ("POST", ["v1", "channels", var channel, "aliases"]):
                return BusReply.Of(201, Store.AddAlias(channel, (await ReadAsync<AliasRequest>(http)).Alias), context.Channel);
            case ("POST", ["v1", "channels", var channel, "access-requests"]):
                Store.FindChannel(channel, owner);
                return BusReply.Of(200, new(AccessStatus.Open), context.AccessRequestOutcome);
            case ("POST", ["v1", "channels", var channel, "messages"]):
                var message = await Store.PostAsync(channel, await ReadAsync<PostMessageRequest>(http), owner);
                return BusReply.Of(201, new(message, message.CreatedAt), context.PostedMessage);
            case ("GET", ["v1", "channels", var channel, "messages"]):
                var query = http.Request.Query;
                return BusReply.Of(200, Store.List(channel, owner, query["cursor"], query["status"], query["limit"]), context.MessagePage);
            case ("GET", ["v1", "channels", var channel, "metrics"]):
                return BusReply.Of(200, Store.Count(channel, owner), context.ChannelMetrics);
            case ("DELETE", ["v1", "messages", var withdrawn]):
                Store.Retract(withdrawn);
                return BusReply.Of(200, new("retracted"), context.StatusAnswer);
            case ("POST", ["v1", "messages", var message_id, var verb]):
                var claim = await ReadAsync<ClaimRequest>(http);
                return verb == "claim-with-lease"
                    ? BusReply.Of(200, Store.ClaimWithLease(message_id, owner, claim), context.LeasedMessage)
                    : BusReply.Of(200, Store.Change(verb, message_id, owner, claim), context.ClaimOutcome);
            case ("POST", ["v1", "leases", var token, "heartbeat"]):
                var seconds = (await ReadAsync<HeartbeatRequest>(http)).LeaseSeconds;
                return BusReply.Of(200, Store.Renew(token, seconds), context.Lease);
            default:
                throw new RefusalException(404, ErrorCodes.NotFound);
        }
    }

    private static async Task<T> ReadAsync<T>(HttpContext http) =>
        (await JsonSerializer.DeserializeAsync<T>(http.Request.Body, RequestOptions))!;
}
