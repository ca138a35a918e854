using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>Which requests about a task's life are refused, and how.</summary>
internal static class TaskRules
{
    /// <summary>Refuses an event that the task's phase does not allow; the refusal says what stands.</summary>
    public static void Require(WriteContext context, MessageRecord message, TaskEvent happened)
    {
        if (TaskTransitions.Next(TaskPhases.Of(message, context.Now), happened) is null)
        {
            throw happened == TaskEvent.Reopen ? NotFailed(message, context.Now) : Stands(context.Storage, message, context.Now);
        }
    }

    /// <summary>Refuses a caller that neither posted the task nor made its channel.</summary>
    public static void RequireOwner(ApiKeyRecord key, MessageRecord message, ChannelRecord channel)
    {
        if (channel.CreatedByKeyId != key.KeyId && message.PostedByKeyId != key.KeyId)
        {
            throw new ApiException(403, ErrorCodes.Forbidden, "Only the key that posted this task, or made its channel, may do this.");
        }
    }

    /// <summary>Refuses a request of the contract about a task that failed or was cancelled. Clients that know no states understand it as a lost lease.</summary>
    public static void RequireUnended(MessageRecord message)
    {
        if (message.State is StoredState.Failed or StoredState.Cancelled)
        {
            throw Ended(message);
        }
    }

    /// <summary>Refuses a claim of a message that is no open work, though nobody holds it.</summary>
    public static void RequireClaimable(MessageRecord message)
    {
        if (message.State != StoredState.Normal)
        {
            throw new ApiException(409, ErrorCodes.AlreadyClaimed, $"This task {Standing(message)}: it cannot be claimed. Take another one.")
            {
                Extras = [new("task_state", Word(message))],
            };
        }
    }

    /// <summary>The refusal of a lease or an ack of a task that has ended otherwise.</summary>
    public static ApiException Ended(MessageRecord message) =>
        new(410, ErrorCodes.LeaseExpired, $"This task {Standing(message)}. Stop working on it; nothing of this request was kept.")
        {
            Extras = [new("task_state", Word(message))],
        };

    /// <summary>The refusal of a request that a final task does not take: it says what stands.</summary>
    public static ApiException Stands(StorageSession storage, MessageRecord message, long now)
    {
        switch (TaskPhases.Of(message, now))
        {
            case TaskPhase.Acknowledged:
                return HolderRules.Done(storage, message);
            case TaskPhase.Expired:
                return Refusal.MessageExpired();
            case TaskPhase.Failed or TaskPhase.Cancelled:
                var task = storage.Tasks.Find(message.CreatedAt);
                List<KeyValuePair<string, object>> extras = [new("task_state", Word(message))];
                Add(extras, "ended_at", Instant.ToText(task?.EndedAt(message.State)));
                Add(extras, "ended_by", task?.EndedBy?.Name);
                Add(extras, "reason", task?.Reason);
                return message.State == StoredState.Failed
                    ? new(409, ErrorCodes.TaskFailed, "This task has failed; nothing of this request was kept. It can be reopened.") { Extras = extras }
                    : new(409, ErrorCodes.TaskCancelled, "This task was cancelled; nothing of this request was kept.") { Extras = extras };
            case TaskPhase.Waiting:
                return new(409, ErrorCodes.NotClaimed, "This task waits: nobody holds it. Nothing of this request was kept.")
                {
                    Extras = [new("task_state", TaskStates.Waiting)],
                };
            default:
                return Refusal.NotClaimed();
        }
    }

    private static ApiException NotFailed(MessageRecord message, long now)
    {
        var state = TaskPhases.Of(message, now).ToWire();
        return new(409, ErrorCodes.TaskNotFailed, $"Only a failed task can be reopened; this one is {state}.") { Extras = [new("task_state", state)] };
    }

    private static string Standing(MessageRecord message) => message.State == StoredState.Failed ? "has failed" : $"is {Word(message)}";

    private static string Word(MessageRecord message) => message.State switch
    {
        StoredState.Failed => TaskStates.Failed,
        StoredState.Cancelled => TaskStates.Cancelled,
        _ => TaskStates.Waiting,
    };

    private static void Add(List<KeyValuePair<string, object>> extras, string name, string? value)
    {
        if (value is not null)
        {
            extras.Add(new(name, value));
        }
    }
}
