using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>The one task that a call waits for, as it stood at the last look.</summary>
/// <param name="combined">What tasks of the extension ask together.</param>
internal sealed class AwaitedMessage(
    BackchannelClient bus, string id, AwaitResultArguments arguments, ToolCall call, Lanes lanes, MessageFinder finder, CombinedWaits combined)
{
    private string? channel = arguments.Channel;
    private AwaitedTasks? together;

    /// <summary>Null: not seen so far.</summary>
    public SeenMessage? Seen { get; private set; }

    /// <summary>Label of the channel's owner, when that is somebody else; null also where it was not looked up.</summary>
    public string? Owner { get; private set; }

    /// <summary>What it was when its time was over; null: the bus does not say.</summary>
    public TaskEnd? End { get; private set; }

    /// <param name="wait">How long the bus may hold the request until it changes.</param>
    /// <returns>Whether it can still be read: its time may be over.</returns>
    /// <exception cref="ToolException">It is gone, or no task.</exception>
    public async Task<bool> LookAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        if (call.Task is { IsInBackground: true })
        {
            return await LookTogetherAsync(wait, cancellationToken);
        }

        try
        {
            channel ??= await finder.FindChannelAsync(bus, id, cancellationToken) ?? throw AwaitedTasks.ChannelNeeded();
            var lane = await FindLaneAsync(wait, cancellationToken);
            Owner = lane.ForeignOwner();
            return lane.Channel.Mode != ChannelMode.Broadcast || Seen!.Message.AcknowledgedBy is not []
                ? true
                : throw new ToolException(BroadcastMessage.Describe(id));
        }
        catch (BackchannelException exception) when (exception.Code == ErrorCodes.MessageExpired)
        {
            End = TaskEnd.OfExpired(exception.Refusal);
            return false;
        }
    }

    /// <summary>The result of a task that is done; null: it has none.</summary>
    public async Task<Message?> ReadResultAsync(CancellationToken cancellationToken)
    {
        if (together is { BringsResults: true })
        {
            return together.All[0].Result;
        }

        if (together is not null)
        {
            // The channel of the results, and what is on it.
            await combined.Pace.TakeAsync(cancellationToken);
            await combined.Pace.TakeAsync(cancellationToken);
        }

        return await AwaitedOutcomes.ReadAsync(bus, Seen!.Message, cancellationToken);
    }

    /// <remarks>What goes on in the background is asked for with what else does: each by itself would use up the requests of the key.</remarks>
    private async Task<bool> LookTogetherAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        together ??= new(bus, [id], channel, lanes, finder) { Wait = call.Task, Combined = combined };
        var task = together.Alone(Seen);
        await together.LookAsync(wait, cancellationToken);
        (Seen, End) = (task.Seen ?? Seen, task.End);
        return task.Gone switch
        {
            null => true,
            ErrorCodes.MessageExpired => false,
            ErrorCodes.ChannelNotClaimable => throw new ToolException(BroadcastMessage.Describe(id)),
            FaultCodes.UnusableAnswer => throw new ToolException("The task cannot be read: the bus sends more of it than is read of one answer."),
            ErrorCodes.MessageNotFound => throw Gone(),
            var code => throw new BackchannelException($"{bus.Connection.BusName} does not show this task any more") { Code = code },
        };
    }

    private async Task<Lane> FindLaneAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        try
        {
            return await lanes.OnAsync(bus, channel!, newMode: null, FindAsync, cancellationToken);
        }
        catch (BackchannelException exception) when (exception.Code == ErrorCodes.ChannelNotFound && arguments.Channel is null)
        {
            // Nobody named that channel: it is the one where this process saw the task.
            throw Gone();
        }

        async Task<Lane> FindAsync(Lane found)
        {
            Seen = await finder.FindNextAsync(bus, found.Channel.Id, id, Seen?.Version, wait, cancellationToken) ?? throw Gone();
            return found;
        }
    }

    private ToolException Gone() => Seen is null && arguments.Channel is not null
        ? new($"Message {ShownText.Name(id)} is not on channel {ShownText.Name(arguments.Channel)}.\n"
            + "Check both, or leave channel out; if they are right it has expired or was withdrawn, and has to be posted again.")
        : new($"Task {ShownText.Name(id)} is gone: it has expired or was withdrawn.\nPost it again if it still matters and was not done before.");
}
