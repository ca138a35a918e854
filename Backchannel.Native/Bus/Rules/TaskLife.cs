using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>Makes the transitions of tasks, as <see cref="TaskTransitions"/> allows them. All of it runs in the writer.</summary>
internal static class TaskLife
{
    /// <summary>Opens the tasks that waited for this one alone. The message was acknowledged for the first time.</summary>
    /// <param name="message">As it was before.</param>
    public static void Acknowledged(WriteContext context, MessageRecord message, ChannelRecord channel)
    {
        if (message.HasHistory)
        {
            TaskNotes.CloseQuestion(context, message.CreatedAt);
        }

        if (message.State != StoredState.Normal)
        {
            context.Storage.Tasks.SetState(message.CreatedAt, StoredState.Normal, null);
        }

        context.Acknowledged(channel.Number);
        if (message.IsHeld)
        {
            context.AttemptEnded(AttemptOutcomes.Acknowledged, message.ClaimedAt);
        }

        TaskEvents.Happened(context, message, channel, TaskEventNames.Acknowledged);
        foreach (var ready in context.Storage.Dependencies.Meet(message.CreatedAt))
        {
            Dependents.TryOpen(context, ready);
        }
    }

    /// <summary>Takes a task back, whoever works on it.</summary>
    public static void Cancel(WriteContext context, MessageRecord message, string? reason, long? by, string byKeyId)
    {
        Next(context, message, TaskEvent.Cancel);
        if (message.IsHeld)
        {
            TaskNotes.CloseQuestion(context, message.CreatedAt);
            context.AttemptEnded(AttemptOutcomes.Released, message.ClaimedAt);
            context.Storage.Tasks.AddAttempt(
                message.CreatedAt, message.HolderNumber, message.ClaimedAt ?? context.Now, context.Now, AttemptOutcomes.Released, "The task was cancelled.", counts: false);
        }

        End(context, message, StoredState.Cancelled, reason, by, byKeyId);
        Dependents.FailAtOnce(context);
    }

    /// <summary>Opens a failed task again. It waits for those prerequisites that can still be acknowledged. What depended on it stays as it ended.</summary>
    public static void Reopen(WriteContext context, MessageRecord message)
    {
        Next(context, message, TaskEvent.Reopen);
        var pending = Dependents.AwaitAgain(context, message.CreatedAt);
        context.Storage.Tasks.Reopen(message.CreatedAt, context.Now, pending);
        context.Storage.Tasks.SetState(message.CreatedAt, pending > 0 ? StoredState.Waiting : StoredState.Normal, null);
        context.MessageChanged(message.Channel, message.CreatedAt);
        if (pending == 0)
        {
            context.TaskOpened(message.Channel);
        }

        TaskEvents.Happened(context, message, TaskEventNames.Reopened);
    }

    /// <summary>Fails a task that was posted a moment ago, because a prerequisite has ended without an ack.</summary>
    public static void FailAtOnce(WriteContext context, MessageRecord message, string prerequisite) =>
        End(context, message, StoredState.Failed, LostPrerequisite.Describe(context.Storage, message, prerequisite, context.Now), null, null);

    /// <summary>What a task becomes by an event.</summary>
    /// <exception cref="InvalidOperationException">A caller has not checked: the table refuses this event.</exception>
    public static TaskPhase Next(WriteContext context, MessageRecord message, TaskEvent happened)
    {
        var phase = TaskPhases.Of(message, context.Now);
        return TaskTransitions.Next(phase, happened) ?? throw new InvalidOperationException($"{happened} of a task that is {phase}.");
    }

    /// <summary>Stores that a task failed or was cancelled.</summary>
    public static void End(WriteContext context, MessageRecord message, StoredState state, string? reason, long? by, string? byKeyId)
    {
        context.Storage.Claims.End(message, state);
        context.Storage.Tasks.SetEnd(message.CreatedAt, context.Now, reason, by, byKeyId);
        context.MessageChanged(message.Channel, message.CreatedAt);
        TaskEvents.Happened(context, message, state == StoredState.Failed ? TaskEventNames.Failed : TaskEventNames.Cancelled);
    }
}
