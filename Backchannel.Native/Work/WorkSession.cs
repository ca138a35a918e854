using Backchannel.Native.Client;
using Backchannel.Native.Telemetry;
using Backchannel.Native.Tools;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Work;

/// <summary>A runner with everything it needs of a bus.</summary>
internal sealed class WorkSession : IAsyncDisposable
{
    private readonly WorkOrder order;
    private readonly BackchannelClient bus;
    private readonly TimeProvider time;
    private readonly IWorkDisplay display;
    private readonly string actor;
    private readonly Lanes lanes;
    private readonly HeldLeases held;
    private readonly LeaseTaking taking;
    private readonly FileReceiving receiving;
    private readonly ResultPublisher results = new();

    /// <summary>Ids of the channels, in the order in which they were named.</summary>
    private readonly List<string> channels = [];

    /// <summary>Ids of those that were deleted, and told to be.</summary>
    private readonly HashSet<string> gone = [];

    /// <param name="tracer">Null: nothing is traced.</param>
    public WorkSession(WorkOrder order, BackchannelClient bus, string actor, IWorkDisplay display, TimeProvider time, Tracer? tracer)
    {
        (this.order, this.bus, this.actor, this.display, this.time) = (order, bus, actor, display, time);
        var session = WorkerSession.Draw(isDetached: false);
        lanes = new Lanes(time);
        held = new(bus, session, time) { Spans = tracer is null ? null : new TaskSpans(tracer, lanes) };
        taking = new(bus, held, session, time);
        receiving = new(new FileFolders(null, order.Home), time);
    }

    /// <summary>Finds the channels and works on them.</summary>
    /// <param name="stop">Ends the taking; what runs has its grace.</param>
    /// <param name="hurry">Ends the grace.</param>
    /// <returns>How many tasks were not done.</returns>
    /// <exception cref="WorkException">It cannot go on.</exception>
    public async Task<int> RunAsync(CancellationToken stop, CancellationToken hurry)
    {
        RunFolder.RemoveAbandoned(display.Warning);
        var senders = new Senders(order, order.IsLocal ? null : await bus.Connection.GetKeyIdAsync(stop));
        await senders.RequireKnownAsync(bus, stop);
        await FindLanesAsync(senders, stop);
        ClaimSearch Search(IReadOnlyList<string>? postedBy) =>
            new(lanes, new ClaimLoop(taking, new StaleClaims(taking, held, time), time), taking, channels, actor, TaskSource.Lease, CancellationToken.None) { PostedBy = postedBy };
        var source = new TaskSource(bus, Search(null), Search(senders.Keys), held, senders, time)
        {
            Passed = Tell,
            Channels = channels,
            FindAgain = (ids, cancellation) => FindAgainAsync(ids, senders, cancellation),
        };
        var run = new TaskRun(
            order,
            bus,
            held,
            receiving,
            new TaskReport(bus, held, results, time) { Delayed = display.Warning },
            display,
            time);
        try
        {
            return await new Runner(order, source, run, display, time).RunAsync(stop, hurry);
        }
        finally
        {
            await held.ReleaseAllAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await held.DisposeAsync();
        receiving.Dispose();
        results.Dispose();
        lanes.Dispose();
    }

    private async Task FindLanesAsync(Senders senders, CancellationToken stop)
    {
        foreach (var name in order.Channels)
        {
            // Made where it does not exist: it is then this user's own.
            var lane = await lanes.UseAsync(bus, await lanes.FindOrCreateAsync(bus, name, ChannelMode.Claimable, stop), stop);
            channels.Add(Accept(lane, senders));
        }
    }

    /// <summary>Takes up the channels that were deleted and are there again. They are not made here: whoever deleted one may not want it.</summary>
    private async Task FindAgainAsync(IReadOnlyList<string> ids, Senders senders, CancellationToken stop)
    {
        foreach (var id in ids)
        {
            var place = channels.IndexOf(id);
            var name = order.Channels[place];
            try
            {
                channels[place] = Accept(await lanes.UseAsync(bus, await lanes.FindAsync(bus, name, stop), stop), senders);
            }
            catch (BackchannelException exception) when (exception.Code == ErrorCodes.ChannelNotFound)
            {
                if (gone.Add(id))
                {
                    display.Warning($"the channel {ShownText.Name(name)} was deleted; this runner waits until somebody makes it again");
                }
            }
        }
    }

    /// <returns>The id of the channel.</returns>
    private string Accept(Lane lane, Senders senders)
    {
        if (lane.Channel.Mode == ChannelMode.Broadcast)
        {
            throw new WorkException($"'{ShownText.Name(lane.Channel.Name)}' is a broadcast channel: nothing on it can be claimed.");
        }

        senders.RequireOwn(lane);
        display.Info($"waiting for tasks on {ShownText.Name(lane.Channel.Name)}");
        return lane.Channel.Id;
    }

    private void Tell(Message message, string? keyId)
    {
        var from = Sender.Of(message);
        display.Warning(
            $"task {message.Id} from {from?.Actor ?? from?.Label ?? "somebody"} is left to others: it was posted with another key than yours. --from {(keyId is null ? "KEY_ID" : ShownText.Name(keyId))} allows that key");
    }
}
