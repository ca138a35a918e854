using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>One of several tasks that a call waits for, as it stood at the last look.</summary>
internal sealed class AwaitedTask(string id)
{
    public string Id { get; } = id;

    /// <summary>Null: not seen so far.</summary>
    public SeenMessage? Seen { get; private set; }

    /// <summary>What its worker sent, where the bus sends it along.</summary>
    public Message? Result { get; private set; }

    /// <summary>Why the task can no longer be read, or that it is none: one of <see cref="ErrorCodes"/>, or <see cref="Client.FaultCodes.UnusableAnswer"/>.</summary>
    public string? Gone { get; set; }

    /// <summary>What it was when its time was over; null: not known.</summary>
    public TaskEnd? End { get; set; }

    public bool IsKnown => Seen is not null || Gone is not null;

    /// <summary>Whether nothing more is to be waited for.</summary>
    public bool IsOver => Gone is not null || Word is TaskStates.Acknowledged or TaskStates.Failed or TaskStates.Cancelled or TaskStates.Expired;

    /// <summary>The state, one of <see cref="TaskStates"/> or <see cref="AwaitResultResult.Unknown"/>.</summary>
    public string Word =>
        Gone is null ? Seen is null ? TaskStates.Open : TaskState.Word(Seen)
        : Gone == ErrorCodes.MessageExpired ? TaskStates.Expired
        : AwaitResultResult.Unknown;

    public void See(SeenMessage seen, Message? result)
    {
        Seen = seen;
        Result = result;
    }
}
