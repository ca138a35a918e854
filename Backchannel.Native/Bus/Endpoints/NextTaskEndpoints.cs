using Backchannel.Native.Bus.Memory;
using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Waiting;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>Claiming the best open task of some channels, and who works on a channel.</summary>
/// <param name="requests">The rate limit of the keys. A request that waited is given back to it; one that ends at once counts like any other.</param>
internal sealed class NextTaskEndpoints(
    BusOptions options, BusDatabase database, ClaimWaiting claims, WorkerPresence presence, WorkerSessions sessions, SlidingWindow requests, TimeProvider timeProvider)
{
    public void AddTo(RouteTable routes)
    {
        routes.Add("POST", Routes.ClaimNext, new AsyncEndpoint(ClaimAsync, NeedsKey: true) { Scope = Scopes.MessagesClaim, AnnouncesKey = true });
        routes.Add("GET", RouteTemplates.ChannelWorkers, new ReadEndpoint(ShowWorkers));
    }

    private async Task<Reply> ClaimAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var order = ClaimNextOrder.Read(request.Key, request.Fields, request.Header(HeaderNames.IdempotencyKey), options);
        using var present = sessions.Enter(order.Session);
        await using var counted = order.Wait > SlidingWindow.FreeAfter
            ? timeProvider.CreateTimer(_ => requests.GiveBack(request.Key.KeyId), null, SlidingWindow.FreeAfter, Timeout.InfiniteTimeSpan)
            : null;
        var (task, acknowledged) = await claims.ClaimAsync(order, cancellationToken);
        if (task is null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return await NothingAsync(order, acknowledged);
        }

        if (cancellationToken.IsCancellationRequested)
        {
            await claims.TakeBackAsync(task);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return JsonBody.Reply(200, task.Answer with { Acknowledged = acknowledged }, WireJsonContext.Default.ClaimedNext) with
        {
            Deliveries = task.Message.Deliveries,
            IsReplay = task.IsRepeated,
            Undelivered = task.IsRepeated ? null : () => claims.TakeBackAsync(task),
        };
    }

    private async Task<Reply> NothingAsync(ClaimNextOrder order, ClaimOutcome? acknowledged)
    {
        var paused = order.OnlyRepeats ? [] : await database.ReadAsync(storage => Paused(storage, order, acknowledged is not null));
        return JsonBody.Reply(200, new ClaimedNext(null, Paused: paused.Count > 0 ? paused : null, Acknowledged: acknowledged), WireJsonContext.Default.ClaimedNext);
    }

    /// <param name="mayBeGone">Whether the request is answered also where a channel is gone, because its ack was kept.</param>
    private static List<string> Paused(StorageSession storage, ClaimNextOrder order, bool mayBeGone)
    {
        try
        {
            return [.. ClaimNext.Resolve(storage, order).Where(static channel => channel.Paused).Select(static channel => channel.Id)];
        }
        catch (ApiException) when (mayBeGone)
        {
            return [];
        }
    }

    private Reply ShowWorkers(ApiRequest request, StorageSession storage)
    {
        var channel = storage.RequireChannel(request.Key, request.Route.First);
        return JsonBody.Reply(
            200, presence.Describe(storage, channel, Instant.Now(timeProvider)), WireJsonContext.Default.ChannelWorkers);
    }
}
