using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>Where a task stands in its life.</summary>
internal enum TaskPhase
{
    Waiting,
    Open,
    Claimed,
    Acknowledged,
    Failed,
    Cancelled,
    Expired,
}

/// <summary>What can happen to a task.</summary>
internal enum TaskEvent
{
    /// <summary>Its time has come and its prerequisites are acknowledged.</summary>
    Ready,

    /// <summary>A prerequisite ended without an ack.</summary>
    PrerequisiteLost,

    Claim,

    Ack,

    Release,

    /// <summary>Its worker could not do it, and another attempt is left.</summary>
    AttemptFailed,

    /// <summary>Its worker is gone, and another attempt is left: the lease ran out, or the process ended.</summary>
    AttemptLost,

    /// <summary>The last attempt failed, or its worker wants no other.</summary>
    LastAttemptFailed,

    /// <summary>Its channel allows fewer attempts from now on, and it has used as many.</summary>
    MaximumLowered,

    Cancel,

    Reopen,

    TimeOver,
}

internal static class TaskPhases
{
    public static TaskPhase Of(MessageRecord message, long now) => message switch
    {
        _ when message.IsExpired(now) => TaskPhase.Expired,
        { State: StoredState.Failed } => TaskPhase.Failed,
        { State: StoredState.Cancelled } => TaskPhase.Cancelled,
        { Acked: true } => TaskPhase.Acknowledged,
        { State: StoredState.Waiting } => TaskPhase.Waiting,
        { IsHeld: true } => TaskPhase.Claimed,
        _ => TaskPhase.Open,
    };

    /// <summary>One of <see cref="TaskStates"/>.</summary>
    public static string ToWire(this TaskPhase phase) => phase switch
    {
        TaskPhase.Waiting => TaskStates.Waiting,
        TaskPhase.Open => TaskStates.Open,
        TaskPhase.Claimed => TaskStates.Claimed,
        TaskPhase.Acknowledged => TaskStates.Acknowledged,
        TaskPhase.Failed => TaskStates.Failed,
        TaskPhase.Cancelled => TaskStates.Cancelled,
        _ => TaskStates.Expired,
    };

    /// <summary>How a message that is only in the history ended: one of <see cref="TaskStates"/>; one that nobody took expired.</summary>
    public static string OfArchived(StoredState state) => state switch
    {
        StoredState.Acknowledged => TaskStates.Acknowledged,
        StoredState.Failed => TaskStates.Failed,
        StoredState.Cancelled => TaskStates.Cancelled,
        _ => TaskStates.Expired,
    };
}
