namespace Backchannel.Native.Bus.Rules;

/// <summary>What becomes of a task: for each phase and event, the phase after it. What is not in the table is refused.</summary>
internal static class TaskTransitions
{
    /// <returns>Null: the event is refused in this phase.</returns>
    public static TaskPhase? Next(TaskPhase phase, TaskEvent happened) => (phase, happened) switch
    {
        (TaskPhase.Waiting, TaskEvent.Ready) => TaskPhase.Open,
        (TaskPhase.Waiting, TaskEvent.PrerequisiteLost) => TaskPhase.Failed,
        // An ack without a session counts whoever sends it, as on the reference server.
        (TaskPhase.Waiting, TaskEvent.Ack) => TaskPhase.Acknowledged,
        (TaskPhase.Waiting, TaskEvent.MaximumLowered) => TaskPhase.Failed,
        (TaskPhase.Waiting, TaskEvent.Cancel) => TaskPhase.Cancelled,
        (TaskPhase.Waiting, TaskEvent.TimeOver) => TaskPhase.Expired,
        (TaskPhase.Open, TaskEvent.Claim) => TaskPhase.Claimed,
        (TaskPhase.Open, TaskEvent.Ack) => TaskPhase.Acknowledged,
        (TaskPhase.Open, TaskEvent.MaximumLowered) => TaskPhase.Failed,
        (TaskPhase.Open, TaskEvent.Cancel) => TaskPhase.Cancelled,
        (TaskPhase.Open, TaskEvent.TimeOver) => TaskPhase.Expired,
        (TaskPhase.Claimed, TaskEvent.Ack) => TaskPhase.Acknowledged,
        (TaskPhase.Claimed, TaskEvent.Release) => TaskPhase.Open,
        (TaskPhase.Claimed, TaskEvent.AttemptFailed) => TaskPhase.Waiting,
        (TaskPhase.Claimed, TaskEvent.AttemptLost) => TaskPhase.Open,
        (TaskPhase.Claimed, TaskEvent.LastAttemptFailed) => TaskPhase.Failed,
        (TaskPhase.Claimed, TaskEvent.Cancel) => TaskPhase.Cancelled,
        (TaskPhase.Claimed, TaskEvent.TimeOver) => TaskPhase.Expired,
        (TaskPhase.Acknowledged, TaskEvent.TimeOver) => TaskPhase.Expired,
        (TaskPhase.Failed, TaskEvent.Reopen) => TaskPhase.Open,
        (TaskPhase.Failed, TaskEvent.TimeOver) => TaskPhase.Expired,
        (TaskPhase.Cancelled, TaskEvent.TimeOver) => TaskPhase.Expired,
        _ => null,
    };
}
