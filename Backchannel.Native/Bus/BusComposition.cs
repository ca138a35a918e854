using Backchannel.Native.Bus.Endpoints;
using Backchannel.Native.Bus.Http;
using Backchannel.Native.Bus.Memory;
using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Waiting;
using Backchannel.Native.Telemetry;

namespace Backchannel.Native.Bus;

/// <summary>Wires the rules, the waiting, the endpoints and the request pipeline together.</summary>
internal static class BusComposition
{
    public static BusApplication Build(
        BusOptions options,
        TimeProvider timeProvider,
        BusDatabase database,
        KeyRing keyRing,
        WorkerSessions workers,
        Signals signals,
        ChangeLog changes,
        ClaimQueue claimQueue,
        FileUploads uploads,
        RequestCounters counters,
        BusMetrics metrics,
        Tracer? tracer,
        BusLog log,
        CancellationToken stopping)
    {
        var routes = new RouteTable();
        var minting = new SlidingWindow(options.KeyMintLimit, options.KeyMintWindow, timeProvider);
        var listing = new MessageListing(options, database, signals, timeProvider);
        new HealthEndpoints(options, database, timeProvider, stopping).AddTo(routes);
        var keys = new KeyEndpoints(options, database, keyRing, minting);
        keys.AddTo(routes);
        new AdminEndpoints(options, database, keys, timeProvider).AddTo(routes);
        new ObservabilityEndpoints(options, database, metrics, timeProvider).AddTo(routes);
        new PublicPages(options).AddTo(routes);
        new AccountEndpoints(options).AddTo(routes);
        var channels = new ChannelCreation(options);
        new ChannelEndpoints(channels).AddTo(routes);
        MemberEndpoints.AddTo(routes);
        AccessRequestEndpoints.AddTo(routes);
        new MessageEndpoints(options, listing, new MessageWatch(options, database, signals, timeProvider)).AddTo(routes);
        var results = new ResultChannels(channels);
        var holders = new HolderRules(workers);
        var acknowledging = new Acknowledging(results, holders);
        new ClaimEndpoints(options, acknowledging, holders).AddTo(routes);
        var presence = new WorkerPresence(claimQueue, workers);
        new TaskLifeEndpoints(options, acknowledging, holders, presence).AddTo(routes);
        new NoteEndpoints(new TaskNotes(holders)).AddTo(routes);
        new TaskWaitEndpoints(new TaskWatch(options, database, signals, timeProvider)).AddTo(routes);
        var keyRequests = new SlidingWindow(options.RateLimit, options.RateLimitWindow, timeProvider);
        new PresenceEndpoints(workers, keyRequests, timeProvider, stopping).AddTo(routes);
        var claims = new ClaimWaiting(options, database, signals, claimQueue, new ClaimNext(holders, acknowledging), timeProvider);
        new OwnTaskEndpoints(new OwnTaskList(workers), presence, database, timeProvider).AddTo(routes);
        new NextTaskEndpoints(options, database, claims, presence, workers, keyRequests, timeProvider).AddTo(routes);
        ActorEndpoints.AddTo(routes);
        ActorWebhookEndpoints.AddTo(routes);
        var watch = new ChangeWatch(options, database, signals, changes, timeProvider);
        new ViewEndpoints(database, new LaneOverview(presence, database.Writes.Measures.Minutes), changes, watch, timeProvider).AddTo(routes);
        new HistoryEndpoints(timeProvider).AddTo(routes);
        new InvitationEndpoints(options, timeProvider).AddTo(routes);
        new SessionEndpoints(timeProvider).AddTo(routes);
        new TaskEndpoints(options, channels, results, listing, holders).AddTo(routes);
        new TaskResultEndpoints(options, timeProvider).AddTo(routes);
        new FileEndpoints(database, uploads).AddTo(routes);
        var keylessRequests = new SlidingWindow(options.AddressRateLimit, options.RateLimitWindow, timeProvider);
        return new BusApplication(options, routes, database, keyRing, keyRequests, keylessRequests, counters, tracer is null ? null : new RequestSpans(tracer), timeProvider, log, stopping);
    }
}
