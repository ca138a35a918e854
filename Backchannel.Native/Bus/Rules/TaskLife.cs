using System.Globalization;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>Makes the transitions of tasks, as <see cref="TaskTransitions"/> allows them. All of it runs in the writer.</summary>
internal static class TaskLife
{
    private const long FirstRetry = 10 * Instant.PerSecond;
    private const long LongestRetry = 600 * Instant.PerSecond;

    /// <summary>What an attempt needs at least: the shortest lease.</summary>
    private const long ShortestAttempt = Limits.MinLeaseSeconds * Instant.PerSecond;

    /// <summary>Dependents that end with the write that ended their prerequisite. The sweep ends the others.</summary>
    public const int DependentsAtOnce = 100;

    /// <summary>Ends the hold of a message without an ack.</summary>
    /// <param name="outcome">One of <see cref="AttemptOutcomes"/> but <c>acknowledged</c>.</param>
    /// <param name="reason">What the worker said, or what happened to it.</param>
    /// <param name="retry">Of a failed attempt. False: the task fails, whatever attempts are left.</param>
    /// <param name="retryAfter">
    /// Of a failed attempt: seconds before the next one; null: 10 s, doubled each time, and cut so that the next attempt still has time. Where
    /// none is left, this attempt was the last one.
    /// </param>
    /// <exception cref="ApiException">The pause that was asked for would outlast the task.</exception>
    public static void EndAttempt(
        WriteContext context, MessageRecord message, string outcome, string? reason, bool retry = true, int? retryAfter = null)
    {
        // A claim of a message that is done or over is no attempt: the contract lets anybody claim a done one again.
        if (TaskPhases.Of(message, context.Now) != TaskPhase.Claimed)
        {
            FinalAttempt.Keep(context.Storage, message);
            context.Storage.Claims.Release(message.CreatedAt);
            context.MessageChanged(message.Channel, message.CreatedAt);
            return;
        }

        if (outcome == AttemptOutcomes.Failed && retry && retryAfter is { } asked && !IsLastAttempt(context.Storage, message))
        {
            RequirePauseWithin(context, message, asked);
        }

        TaskNotes.CloseQuestion(context, message.CreatedAt);
        if (message is { IsHandedOut: true, LeaseSalt: { } salt } && outcome is AttemptOutcomes.LeaseRanOut or AttemptOutcomes.SessionEnded)
        {
            // Nobody knows that a worker ever got it.
            TakeBack(context, message.Channel, message.CreatedAt, salt);
            return;
        }

        var counts = outcome is AttemptOutcomes.Failed or AttemptOutcomes.LeaseRanOut or AttemptOutcomes.SessionEnded;
        var used = context.Storage.Tasks.AddAttempt(
            message.CreatedAt, message.HolderNumber, message.ClaimedAt ?? context.Now, context.Now, outcome, reason ?? Unsaid(outcome), counts);
        var most = MaxAttempts(context.Storage, message);
        var pause = outcome == AttemptOutcomes.Failed ? retryAfter * Instant.PerSecond ?? Math.Min(Backoff(used), Room(context, message)) : 0;
        var happened = outcome switch
        {
            // Given back after the maximum was lowered, it has no attempt left.
            AttemptOutcomes.Released => used >= most ? TaskEvent.LastAttemptFailed : TaskEvent.Release,
            _ when (!retry && outcome == AttemptOutcomes.Failed) || used >= most => TaskEvent.LastAttemptFailed,
            AttemptOutcomes.Failed => pause >= 0 ? TaskEvent.AttemptFailed : TaskEvent.LastAttemptFailed,
            _ => TaskEvent.AttemptLost,
        };
        switch (Next(context, message, happened))
        {
            case TaskPhase.Failed:
                // A lease that ran out, and what was given back, is ended by the bus and by nobody else.
                var (by, byKeyId) = counts && outcome != AttemptOutcomes.LeaseRanOut ? (message.HolderNumber, message.ClaimedByKeyId) : (null, null);
                var why = !counts ? UsedUp(used, most)
                    : retry && pause < 0 && used < most ? NoTime(message, reason)
                    : reason ?? LastAttempt(outcome);
                End(context, message, StoredState.Failed, why, by, byKeyId);
                FailDependents(context, DependentsAtOnce);
                return;
            case TaskPhase.Waiting when pause > 0:
                context.Storage.Claims.Release(message.CreatedAt);
                context.Storage.Tasks.SetState(message.CreatedAt, StoredState.Waiting, context.Now + pause);
                break;
            default:
                context.Storage.Claims.Release(message.CreatedAt);
                context.TaskOpened(message.Channel);
                break;
        }

        context.MessageChanged(message.Channel, message.CreatedAt);
    }

    /// <summary>Undoes a claim that never reached its claimer: it is no attempt.</summary>
    public static void TakeBack(WriteContext context, long channel, long message, long leaseSalt)
    {
        if (context.Storage.Claims.TakeBack(message, leaseSalt))
        {
            context.MessageChanged(channel, message);
            if (!TryFailUsedUp(context, message))
            {
                context.TaskOpened(channel);
            }
        }
    }

    /// <summary>Ends the tasks of a channel that have used the attempts which it allows from now on. One that is held goes on with its last one.</summary>
    public static void FailUsedUp(WriteContext context, ChannelRecord channel)
    {
        if (channel.MaxAttempts is not { } most)
        {
            return;
        }

        foreach (var message in context.Storage.Tasks.UsedUp(channel.Number, most))
        {
            TryFailUsedUp(context, message);
        }

        FailDependents(context, DependentsAtOnce);
    }

    /// <summary>Whether the next attempt that counts is the last one.</summary>
    public static bool IsLastAttempt(StorageSession storage, MessageRecord message) =>
        (storage.Tasks.Find(message.CreatedAt)?.Attempts ?? 0) + 1 >= MaxAttempts(storage, message);

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

        TaskEvents.Happened(context, message, channel, TaskEventNames.Acknowledged);
        foreach (var ready in context.Storage.Tasks.Meet(message.CreatedAt))
        {
            TryOpen(context, ready);
        }
    }

    /// <summary>Opens a waiting task if nothing keeps it any more.</summary>
    public static void TryOpen(WriteContext context, long message)
    {
        var task = context.Storage.Tasks.Find(message);
        if (context.Storage.Messages.Find(message) is not { State: StoredState.Waiting } found)
        {
            context.Storage.Tasks.ClearReadiness(message);
        }
        else if (task is { Pending: <= 0 } && (task.ReadyAt is null || task.ReadyAt <= context.Now))
        {
            context.Storage.Tasks.SetState(message, StoredState.Normal, null);
            context.MessageChanged(found.Channel, message);
            context.TaskOpened(found.Channel);
        }
        else if (task?.ReadyAt <= context.Now)
        {
            // Its time has come; what it waits for now is another task.
            context.Storage.Tasks.ClearReadiness(message);
        }
    }

    /// <summary>Ends tasks whose prerequisites ended without an ack.</summary>
    /// <returns>How many.</returns>
    public static int FailDependents(WriteContext context, int limit)
    {
        var failed = 0;
        while (failed < limit && context.Storage.Tasks.Broken(limit - failed) is { Count: > 0 } broken)
        {
            foreach (var (message, prerequisite) in broken)
            {
                context.Storage.Tasks.Settle(message);
                if (context.Storage.Messages.Find(message) is { } dependent && context.Storage.Tasks.Find(message) is { Pending: > 0 }
                    && TaskTransitions.Next(TaskPhases.Of(dependent, context.Now), TaskEvent.PrerequisiteLost) is not null)
                {
                    End(context, dependent, StoredState.Failed, LostPrerequisite.Describe(context.Storage, dependent, prerequisite, context.Now), null, null);
                }

                failed++;
            }
        }

        return failed;
    }

    /// <summary>Takes a task back, whoever works on it.</summary>
    public static void Cancel(WriteContext context, MessageRecord message, string? reason, long? by, string byKeyId)
    {
        Next(context, message, TaskEvent.Cancel);
        if (message.IsHeld)
        {
            TaskNotes.CloseQuestion(context, message.CreatedAt);
            context.Storage.Tasks.AddAttempt(
                message.CreatedAt, message.HolderNumber, message.ClaimedAt ?? context.Now, context.Now, AttemptOutcomes.Released, "The task was cancelled.", counts: false);
        }

        End(context, message, StoredState.Cancelled, reason, by, byKeyId);
        FailDependents(context, DependentsAtOnce);
    }

    /// <summary>Opens a failed task again. It waits for those prerequisites that can still be acknowledged. What depended on it stays as it ended.</summary>
    public static void Reopen(WriteContext context, MessageRecord message)
    {
        Next(context, message, TaskEvent.Reopen);
        var pending = AwaitAgain(context, message.CreatedAt);
        context.Storage.Tasks.Reopen(message.CreatedAt, pending);
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

    /// <summary>Sorts the prerequisites of a task by how they stand now.</summary>
    /// <returns>How many of them it has to wait for.</returns>
    private static int AwaitAgain(WriteContext context, long message)
    {
        var pending = 0;
        foreach (var prerequisite in context.Storage.Tasks.Unmet(message))
        {
            // How one ended that is not stored any more was noted when it went.
            if (context.Storage.Messages.Find(prerequisite) is not { } found)
            {
                continue;
            }

            var standing = found switch
            {
                { Acked: true } => PrerequisiteStanding.Met,
                _ when TaskPhases.Of(found, context.Now) is TaskPhase.Waiting or TaskPhase.Open or TaskPhase.Claimed => PrerequisiteStanding.Due,
                _ => PrerequisiteStanding.Settled,
            };
            context.Storage.Tasks.SetStanding(message, prerequisite, standing);
            pending += standing == PrerequisiteStanding.Due ? 1 : 0;
        }

        context.Storage.Tasks.Settle(message);
        return pending;
    }

    /// <exception cref="InvalidOperationException">A caller has not checked: the table refuses this event.</exception>
    private static TaskPhase Next(WriteContext context, MessageRecord message, TaskEvent happened)
    {
        var phase = TaskPhases.Of(message, context.Now);
        return TaskTransitions.Next(phase, happened) ?? throw new InvalidOperationException($"{happened} of a task that is {phase}.");
    }

    private static void End(WriteContext context, MessageRecord message, StoredState state, string? reason, long? by, string? byKeyId)
    {
        context.Storage.Claims.End(message.CreatedAt, state);
        context.Storage.Tasks.SetEnd(message.CreatedAt, context.Now, reason, by, byKeyId);
        context.MessageChanged(message.Channel, message.CreatedAt);
        TaskEvents.Happened(context, message, state == StoredState.Failed ? TaskEventNames.Failed : TaskEventNames.Cancelled);
    }

    /// <returns>False: it has attempts left, or is not open or waiting.</returns>
    private static bool TryFailUsedUp(WriteContext context, long number)
    {
        if (context.Storage.Messages.Find(number) is not { } message || context.Storage.Tasks.Find(number) is not { } task
            || MaxAttempts(context.Storage, message) is var most && task.Attempts < most
            || TaskTransitions.Next(TaskPhases.Of(message, context.Now), TaskEvent.MaximumLowered) is null)
        {
            return false;
        }

        End(context, message, StoredState.Failed, UsedUp(task.Attempts, most), null, null);
        return true;
    }

    private static int MaxAttempts(StorageSession storage, MessageRecord message) =>
        storage.Tasks.Find(message.CreatedAt)?.MaxAttempts ?? storage.Channels.FindByNumber(message.Channel)?.MaxAttempts ?? int.MaxValue;

    /// <summary>10 s, doubled with each attempt, at most 10 minutes.</summary>
    private static long Backoff(int attempts) => Math.Min(LongestRetry, FirstRetry << Math.Clamp(attempts - 1, 0, 10));

    /// <summary>How long the next attempt can be put off and still have time before the task expires; negative: not at all.</summary>
    private static long Room(WriteContext context, MessageRecord message) => message.ExpiresAt - context.Now - ShortestAttempt;

    private static void RequirePauseWithin(WriteContext context, MessageRecord message, int seconds)
    {
        var notBefore = context.Now + (seconds * Instant.PerSecond);
        if (seconds > 0 && notBefore >= message.ExpiresAt)
        {
            throw new ApiException(
                422,
                ErrorCodes.InvalidDelay,
                $"The pause would end at {Instant.ToText(notBefore)}, and the task expires at {Instant.ToText(message.ExpiresAt)}: nobody could work on it again. The attempt was not ended. Use a shorter pause, or none; or end the task with retry false.")
            {
                Extras = [new("not_before", Instant.ToText(notBefore)), new("expires_at", Instant.ToText(message.ExpiresAt))],
            };
        }
    }

    private static string NoTime(MessageRecord message, string? reason) =>
        $"No time is left for another attempt: it expires at {Instant.ToText(message.ExpiresAt)}.{(reason is null ? "" : $" The last one failed: {reason}")}";

    private static string UsedUp(int used, int most) => string.Create(
        CultureInfo.InvariantCulture, $"Its channel allows {most} attempt{(most == 1 ? "" : "s")} now, and it has used {used}.");

    /// <summary>The reason of an attempt whose worker gave none; null where that says nothing.</summary>
    private static string? Unsaid(string outcome) => outcome switch
    {
        AttemptOutcomes.LeaseRanOut => "The lease ran out: the worker stopped without a word.",
        AttemptOutcomes.SessionEnded => "The process of the worker ended.",
        _ => null,
    };

    private static string LastAttempt(string outcome) => outcome switch
    {
        AttemptOutcomes.LeaseRanOut => "The last attempt ended with its lease: the worker stopped without a word.",
        AttemptOutcomes.SessionEnded => "The last attempt ended with the process of its worker.",
        _ => "The last attempt failed.",
    };
}
