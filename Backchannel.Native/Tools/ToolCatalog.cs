using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Telemetry;

namespace Backchannel.Native.Tools;

/// <summary>The tools, in the order in which they are listed, and what they share.</summary>
internal sealed class ToolCatalog : IAsyncDisposable
{
    private readonly HeldLeases held;
    private readonly ResultPublisher results = new();
    private readonly FileReceiving receiving;
    private readonly MessageFinder finder = new();

    /// <param name="defaultActor">Who posts, claims and acknowledges unless a call says otherwise.</param>
    /// <param name="session">What this process holds its tasks under.</param>
    /// <param name="tracer">Null: nothing is traced.</param>
    /// <param name="folders">Where files come from and go to; null: nowhere.</param>
    public ToolCatalog(
        BackchannelClient client, Lanes lanes, DefaultActor defaultActor, WorkerSession session, TimeProvider time, FileFolders? folders = null, Tracer? tracer = null)
    {
        folders ??= new FileFolders(null, null);
        var sending = new FileSending(folders);
        receiving = new FileReceiving(folders, time);
        var notes = new ToldNotes();
        var spans = tracer is null ? null : new TaskSpans(tracer, lanes);
        held = new(client, session, time, notes) { Spans = spans };
        var taking = new LeaseTaking(client, held, session, time);
        var waiting = new Waiting(time, held);
        var posting = new LanePosting(lanes, finder, defaultActor, spans);
        var claims = new ClaimLoop(taking, new StaleClaims(taking, held, time), time);
        var check = new ClaimCheck(taking, held, finder, defaultActor);
        var ending = new AttemptEnding(taking, held, defaultActor);
        var told = new ToldQuestions();
        var pace = WaitPace.OfWaits(time, isLimited: !client.Connection.IsLocal);
        var turns = new ClaimTurns(pace, time);
        var combined = new CombinedWaits(client, pace, time);
        var telling = new TaskTelling(finder, notes, receiving, held);
        var nexts = new NextClaims(lanes, claims, taking, held, telling);
        Tools =
        [
            new PostTaskTool(client, posting, sending),
            new BroadcastTool(client, posting),
            new ClaimTaskTool(client, lanes, claims, taking, held, waiting, time, defaultActor, telling, turns),
            new AckTaskTool(client, check, results, held, sending, nexts),
            new FailTaskTool(client, ending),
            new ReleaseTaskTool(client, ending),
            new UpdateTaskTool(client, new TaskNoting(taking, held, defaultActor), held, told, notes, waiting, time),
            new CancelTaskTool(client, finder, defaultActor),
            new SubscribeTool(client, lanes, new SubscriptionReader(time), finder, waiting, time, pace),
            new AwaitResultTool(client, lanes, finder, told, notes, waiting, time, receiving, combined),
            new MyTasksTool(client, taking, held, told),
            new ListChannelsTool(client),
            new RequestAccessTool(client, lanes),
            new IssueKeyTool(client),
        ];
        foreach (var tool in Tools)
        {
            tool.TakeNews = held.TakeNews;
        }
    }

    public IReadOnlyList<Tool> Tools { get; }

    /// <summary>Knows where the messages lie that the tools have seen.</summary>
    public MessageFinder Finder => finder;

    /// <summary>Gives back every task that is held and not acknowledged; for a clean exit, after the calls in flight have ended.</summary>
    public Task ReleaseHeldAsync() => held.ReleaseAllAsync();

    /// <summary>Stops renewing; what is still held runs out.</summary>
    public async ValueTask DisposeAsync()
    {
        await held.DisposeAsync();
        receiving.Dispose();
        results.Dispose();
    }
}
