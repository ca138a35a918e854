using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>The refusal of a message whose time is over. To a key that may use its channel it says what the task ended as.</summary>
internal static class ExpiredTask
{
    /// <summary>For a message that is not in its channel any more.</summary>
    /// <param name="tellsEnd">False: the contract has such a request, whose refusal says no more.</param>
    public static ApiException Refuse(StorageSession storage, ApiKeyRecord key, string id, bool tellsEnd)
    {
        if (storage.Archive.FindEnd(id) is not { IsRetracted: false } end || storage.Channels.FindByNumber(end.Channel) is not { } channel)
        {
            return Refusal.MessageNotFound();
        }

        return tellsEnd ? Refuse(storage, key, channel, end.State, storage.Tasks.Find(end.CreatedAt)) : Refusal.MessageExpired();
    }

    /// <summary>For a message that the sweep has not archived yet.</summary>
    public static ApiException Refuse(StorageSession storage, ApiKeyRecord key, MessageRecord message, ChannelRecord channel) =>
        message.Acked && storage.Acks.List(message.CreatedAt) is [var first, ..]
            ? Refuse(storage, key, channel, TaskStates.Acknowledged, first.OccurredAt, first.Name, null)
            : Refuse(storage, key, channel, message.State, storage.Tasks.Find(message.CreatedAt));

    private static ApiException Refuse(StorageSession storage, ApiKeyRecord key, ChannelRecord channel, StoredState state, TaskRecord? task) =>
        Refuse(storage, key, channel, Word(state), Instant.ToText(task?.EndedAt(state)), task?.EndedBy?.Name, task?.Reason);

    /// <param name="state">One of <see cref="TaskStates"/>: of a task that had not ended, <c>expired</c>.</param>
    private static ApiException Refuse(
        StorageSession storage, ApiKeyRecord key, ChannelRecord channel, string state, string? endedAt, string? endedBy, string? reason)
    {
        var refusal = Refusal.MessageExpired();
        if (!channel.IsClaimable || !storage.MayUse(key, channel))
        {
            return refusal;
        }

        (string Name, string? Value)[] extras = [("task_state", state), ("ended_at", endedAt), ("ended_by", endedBy), ("reason", reason)];
        return new(refusal.Status, refusal.Code, refusal.Message)
        {
            Extras = [.. extras.Where(static extra => extra.Value is not null).Select(static extra => new KeyValuePair<string, object>(extra.Name, extra.Value!))],
        };
    }

    private static string Word(StoredState state) => state switch
    {
        StoredState.Acknowledged => TaskStates.Acknowledged,
        StoredState.Failed => TaskStates.Failed,
        StoredState.Cancelled => TaskStates.Cancelled,
        _ => TaskStates.Expired,
    };
}
