using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>Ends the hold of a message without an ack, and decides what becomes of its task. All of it runs in the writer.</summary>
internal static class TaskAttempts
{
    private const long FirstRetry = 10 * Instant.PerSecond;
    private const long LongestRetry = 600 * Instant.PerSecond;

    /// <summary>What an attempt needs at least: the shortest lease.</summary>
    private const long ShortestAttempt = Limits.MinLeaseSeconds * Instant.PerSecond;

    /// <summary>Ends the hold of a message without an ack.</summary>
    /// <param name="outcome">One of <see cref="AttemptOutcomes"/> but <c>acknowledged</c>.</param>
    /// <param name="reason">What the worker said, or what happened to it.</param>
    /// <param name="retry">Of a failed attempt. False: the task fails, whatever attempts are left.</param>
    /// <param name="retryAfter">
    /// Of a failed attempt: seconds before the next one; null: 10 s, doubled each time, and cut so that the next attempt still has time. Where
    /// none is left, this attempt was the last one.
    /// </param>
    /// <exception cref="ApiException">The pause that was asked for would outlast the task.</exception>
    public static void End(
        WriteContext context, MessageRecord message, string outcome, string? reason, bool retry = true, int? retryAfter = null)
    {
        // A claim of a message that is done or over is no attempt: the contract lets anybody claim a done one again.
        if (TaskPhases.Of(message, context.Now) != TaskPhase.Claimed)
        {
            FinalAttempt.Keep(context.Storage, message);
            context.Storage.Claims.Release(message);
            context.MessageChanged(message.Channel, message.CreatedAt);
            return;
        }

        if (outcome == AttemptOutcomes.Failed && retry && retryAfter is { } asked && !AttemptLimit.IsLast(context.Storage, message))
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

        context.AttemptEnded(outcome, message.ClaimedAt);
        var counts = outcome is AttemptOutcomes.Failed or AttemptOutcomes.LeaseRanOut or AttemptOutcomes.SessionEnded;
        var used = context.Storage.Tasks.AddAttempt(
            message.CreatedAt, message.HolderNumber, message.ClaimedAt ?? context.Now, context.Now, outcome, reason ?? Unsaid(outcome), counts);
        var most = AttemptLimit.Of(context.Storage, message);
        var pause = outcome == AttemptOutcomes.Failed ? retryAfter * Instant.PerSecond ?? Math.Min(Backoff(used), Room(context, message)) : 0;
        var happened = outcome switch
        {
            // Given back after the maximum was lowered, it has no attempt left.
            AttemptOutcomes.Released => used >= most ? TaskEvent.LastAttemptFailed : TaskEvent.Release,
            _ when (!retry && outcome == AttemptOutcomes.Failed) || used >= most => TaskEvent.LastAttemptFailed,
            AttemptOutcomes.Failed => pause >= 0 ? TaskEvent.AttemptFailed : TaskEvent.LastAttemptFailed,
            _ => TaskEvent.AttemptLost,
        };
        switch (TaskLife.Next(context, message, happened))
        {
            case TaskPhase.Failed:
                // A lease that ran out, and what was given back, is ended by the bus and by nobody else.
                var (by, byKeyId) = counts && outcome != AttemptOutcomes.LeaseRanOut ? (message.HolderNumber, message.ClaimedByKeyId) : (null, null);
                var why = !counts ? AttemptLimit.UsedUp(used, most)
                    : retry && pause < 0 && used < most ? NoTime(message, reason)
                    : reason ?? LastAttempt(outcome);
                TaskLife.End(context, message, StoredState.Failed, why, by, byKeyId);
                Dependents.FailAtOnce(context);
                return;
            case TaskPhase.Waiting when pause > 0:
                context.Storage.Claims.Release(message);
                context.Storage.Tasks.SetState(message.CreatedAt, StoredState.Waiting, context.Now + pause);
                break;
            default:
                context.Storage.Claims.Release(message);
                context.TaskOpened(message.Channel);
                break;
        }

        context.MessageChanged(message.Channel, message.CreatedAt);
    }

    /// <summary>Ends the hold of a process whose work another one of the same key goes on with, also where its channel allows no attempt any more.</summary>
    public static void HandOver(WriteContext context, MessageRecord message, string reason)
    {
        TaskNotes.CloseQuestion(context, message.CreatedAt);
        context.AttemptEnded(AttemptOutcomes.Released, message.ClaimedAt);
        context.Storage.Tasks.AddAttempt(
            message.CreatedAt, message.HolderNumber, message.ClaimedAt ?? context.Now, context.Now, AttemptOutcomes.Released, reason, counts: false);
        context.Storage.Claims.Release(message);
    }

    /// <summary>Undoes a claim that never reached its claimer: it is no attempt.</summary>
    public static void TakeBack(WriteContext context, long channel, long message, long leaseSalt)
    {
        if (context.Storage.Claims.TakeBack(message, leaseSalt))
        {
            context.MessageChanged(channel, message);
            if (!AttemptLimit.TryFail(context, message))
            {
                context.TaskOpened(channel);
            }
        }
    }

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

    /// <summary>The reason of an attempt whose worker gave none; null where that says nothing.</summary>
    private static string? Unsaid(string outcome) => outcome switch
    {
        AttemptOutcomes.LeaseRanOut => "The lease ran out: the worker stopped without a word.",
        AttemptOutcomes.SessionEnded => "The process of the worker ended.",
        AttemptOutcomes.Failed => "The worker gave no reason.",
        _ => null,
    };

    private static string LastAttempt(string outcome) => outcome switch
    {
        AttemptOutcomes.LeaseRanOut => "The last attempt ended with its lease: the worker stopped without a word.",
        AttemptOutcomes.SessionEnded => "The last attempt ended with the process of its worker.",
        _ => "The last attempt failed.",
    };
}
