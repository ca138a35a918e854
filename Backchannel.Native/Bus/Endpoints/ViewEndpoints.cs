using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Waiting;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>What people look at: lanes, lists of tasks, what changes, workers, and a search. Nothing of it changes anything.</summary>
internal sealed class ViewEndpoints(
    BusDatabase database, LaneOverview overview, ChangeLog changes, ChangeWatch watch, TimeProvider timeProvider)
{
    private static readonly string[] States =
        [TaskStates.Open, TaskStates.Claimed, TaskStates.Waiting, TaskStates.Failed, TaskStates.Cancelled, TaskStates.Acknowledged];

    public void AddTo(RouteTable routes)
    {
        routes.Add("GET", Routes.Lanes, new AsyncEndpoint((request, _) => LanesAsync(request), NeedsKey: true) { Scope = Scopes.MessagesRead });
        routes.Add("GET", Routes.Changes, new AsyncEndpoint(ChangesAsync, NeedsKey: true) { Scope = Scopes.MessagesRead });
        routes.Add("GET", Routes.Search, new ReadEndpoint(Search) { Scope = Scopes.MessagesRead });
        routes.Add("GET", Routes.Workers, new ReadEndpoint(Workers) { Scope = Scopes.MessagesRead });
        routes.Add("GET", RouteTemplates.ChannelTasks, new ReadEndpoint(Tasks) { Scope = Scopes.MessagesRead });
    }

    private async Task<Reply> LanesAsync(ApiRequest request)
    {
        // The place first: what changes between the two is told once more rather than never.
        var place = changes.Begin();
        return await database.Writes.Measures.Minutes.ReadAsync(() => database.ReadAsync(storage =>
        {
            var now = Instant.Now(timeProvider);
            var since = request.Query.ReadableTime("since") ?? now - (TimeSpan.TicksPerDay / TimeSpan.TicksPerMicrosecond);
            var stuck = request.Query.WholeNumber("stuck", Limits.MaxStuck);
            var (channels, more) = VisibleLanes.Of(storage, request.Key);
            var cursor = changes.ToText(new(place, storage.TaskLists.NewestOfAll(), VisibleLanes.Mark(channels)));
            var lanes = overview.Lanes(storage, request.Key, channels, since, now);
            return JsonBody.Reply(
                200,
                new LaneList(lanes, more, cursor, Instant.ToText(now), stuck is null ? null : LaneOverview.Stuck(storage, request.Key, channels, lanes, stuck.Value, now)),
                WireJsonContext.Default.LaneList);
        }));
    }

    private async Task<Reply> ChangesAsync(ApiRequest request, CancellationToken cancellationToken) => JsonBody.Reply(
        200,
        await watch.ReadAsync(request.Key, request.Query["after"], request.Query.ReadableSeconds("wait"), cancellationToken),
        WireJsonContext.Default.LiveChanges);

    private Reply Workers(ApiRequest request, StorageSession storage) =>
        JsonBody.Reply(200, overview.Workers(storage, request.Key, Instant.Now(timeProvider)), WireJsonContext.Default.WorkerList);

    private Reply Tasks(ApiRequest request, StorageSession storage)
    {
        var limit = request.Query.Limit();
        var state = request.Query["state"];
        if (state is not null && !States.Contains(state))
        {
            throw new ApiException(422, ErrorCodes.InvalidField, $"'state' has to be one of {string.Join(", ", States)}.");
        }

        var channel = storage.RequireChannel(request.Key, request.Route.First);
        var now = Instant.Now(timeProvider);
        var messages = storage.TaskLists.Newest(channel.Number, state, request.Query.ReadableTime("cursor"), limit, now);
        return JsonBody.Page(
            [.. messages.Select(message => message.ToRow(storage, request.Key, channel, now))],
            WireJsonContext.Default.TaskRow,
            limit,
            messages.Count == limit ? Instant.ToText(messages[^1].CreatedAt) : null);
    }

    private Reply Search(ApiRequest request, StorageSession storage)
    {
        var limit = request.Query.Limit();
        var words = SearchWords.Of(request.Query["q"] ?? "", TaskSearch.MostWords + 1);
        if (words.Count is 0 or > TaskSearch.MostWords)
        {
            throw new ApiException(422, ErrorCodes.InvalidField, $"The search, 'q', has to have 1 to {TaskSearch.MostWords} words of letters and digits.");
        }

        var channel = request.Query["channel"] is { Length: > 0 } reference ? storage.RequireChannel(request.Key, reference) : null;
        var search = new TaskSearch(storage, request.Key, words, channel, Instant.Now(timeProvider));
        var (hits, next) = search.Run(request.Query.ReadableTime("cursor") ?? long.MaxValue, limit);
        return JsonBody.Page(hits, WireJsonContext.Default.SearchHit, limit, Instant.ToText(next));
    }
}
