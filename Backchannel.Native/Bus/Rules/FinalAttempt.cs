using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>The attempt that the first ack ended. Claim and ack say all about it, so it has a row of its own only once the claim has gone.</summary>
internal static class FinalAttempt
{
    /// <summary>Keeps it, because its claim is about to go.</summary>
    public static void Keep(StorageSession storage, MessageRecord message)
    {
        if (AcknowledgedAt(storage, message) is { } end && !storage.Tasks.Attempts(message.CreatedAt).Any(IsAcknowledged))
        {
            storage.Tasks.AddAttempt(
                message.CreatedAt, message.HolderNumber, message.ClaimedAt!.Value, end, AttemptOutcomes.Acknowledged, null, counts: false);
        }
    }

    /// <summary>All attempts, with the rows of those that ended otherwise given.</summary>
    public static IReadOnlyList<TaskAttempt> AddTo(IReadOnlyList<TaskAttempt> ended, MessageRecord message, StorageSession storage) =>
        AcknowledgedAt(storage, message) is not { } end || ended.Any(IsAcknowledged) ? ended :
        [
            .. ended,
            new TaskAttempt(
                ended.Count == 0 ? 1 : ended[^1].Number + 1,
                message.Holder,
                Instant.ToText(message.ClaimedAt!.Value),
                Instant.ToText(end),
                AttemptOutcomes.Acknowledged,
                null),
        ];

    /// <returns>Null: the message is not acknowledged, or nobody held it then. A later claim is no attempt.</returns>
    private static long? AcknowledgedAt(StorageSession storage, MessageRecord message) =>
        message.Acked && message.ClaimedAt is { } start && storage.Acks.FirstAt(message.CreatedAt) is { } end && start <= end ? end : null;

    private static bool IsAcknowledged(TaskAttempt attempt) => attempt.Outcome == AttemptOutcomes.Acknowledged;
}
