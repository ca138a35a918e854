using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>Archived messages, events and counts of a channel.</summary>
internal sealed class HistoryEndpoints(TimeProvider timeProvider)
{
    public void AddTo(RouteTable routes)
    {
        routes.Add("GET", RouteTemplates.ChannelHistory, new ReadEndpoint(History) { Scope = Scopes.MessagesRead });
        routes.Add("GET", RouteTemplates.ChannelEvents, new ReadEndpoint(Events));
        routes.Add("GET", RouteTemplates.ChannelMetrics, new ReadEndpoint(Metrics));
    }

    private Reply History(ApiRequest request, StorageSession storage)
    {
        var limit = request.Query.Limit();
        var channel = storage.RequireChannel(request.Key, request.Route.First);
        var messages = storage.Archive.List(channel, request.Query.Time("cursor"), limit, Instant.Now(timeProvider))
            .Select(message => message with { Files = storage.Files.Of(message.Id) is { Count: > 0 } files ? files : null }).ToList();
        return JsonBody.Page(
            messages, WireJsonContext.Default.ArchivedMessage, limit, messages.Count > 0 ? messages[^1].CreatedAt : null);
    }

    private Reply Events(ApiRequest request, StorageSession storage)
    {
        var limit = request.Query.Limit();
        var channel = storage.RequireOwnChannel(request.Key, request.Route.First);
        var since = request.Query["since"];
        var events = storage.Events.List(channel, Cursor.Parse(since), limit, Instant.Now(timeProvider));
        var next = events.Count > 0 ? events[^1].CreatedAt : since is { Length: > 0 } ? Cursor.RepairOffset(since) : null;
        return JsonBody.Page(events, WireJsonContext.Default.ChannelEvent, limit, next);
    }

    private Reply Metrics(ApiRequest request, StorageSession storage)
    {
        var channel = storage.RequireChannel(request.Key, request.Route.First);
        var now = Instant.Now(timeProvider);
        return JsonBody.Reply(
            200,
            new ChannelMetrics(
                channel.Id,
                storage.Counts.Living(channel.Number, now),
                storage.Counts.MeanClaimToAckMilliseconds(channel.Number, now),
                Instant.ToText(now),
                storage.Counts.Tasks(channel.Number, now)),
            WireJsonContext.Default.ChannelMetrics);
    }
}
