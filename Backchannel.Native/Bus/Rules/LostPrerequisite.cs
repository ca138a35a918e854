using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Text;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>What became of a task that another one waits for, or waited for in vain.</summary>
internal static class LostPrerequisite
{
    /// <summary>A reason is handed on from task to task, with a sentence more each time.</summary>
    private const int MaxReasonLength = 500;

    /// <summary>Why a task fails with one that it depends on.</summary>
    public static string Describe(StorageSession storage, MessageRecord dependent, string id, long now)
    {
        var message = storage.Messages.Find(id);
        var end = StateOf(storage, message, id, isRemoved: true, now) switch
        {
            TaskStates.Failed => "has failed",
            TaskStates.Cancelled when message is null => "was cancelled: it was removed from its channel",
            TaskStates.Cancelled => "was cancelled",
            _ => "has expired before it was done",
        };
        var reason = message is not null && MayRead(storage, dependent, message) ? storage.Tasks.Find(message.CreatedAt)?.Reason : null;
        return string.IsNullOrWhiteSpace(reason)
            ? $"Task {id}, which it depends on, {end}."
            : $"Task {id}, which it depends on, {end}: {WholeCharacters.Start(reason, MaxReasonLength).TrimEnd('.', ' ')}.";
    }

    /// <summary>The state of a prerequisite, one of <see cref="TaskStates"/>.</summary>
    public static string StateOf(StorageSession storage, StoredPrerequisite prerequisite, long now) => prerequisite.IsMet
        ? TaskStates.Acknowledged
        : StateOf(storage, storage.Messages.Find(prerequisite.Id), prerequisite.Id, prerequisite.IsRemoved, now);

    /// <param name="isRemoved">Of a message that is not stored any more: whether it was removed before its time was over.</param>
    private static string StateOf(StorageSession storage, MessageRecord? message, string id, bool isRemoved, long now) => message switch
    {
        // How it ended before its time was over is what its dependents need to know.
        { State: StoredState.Failed } => TaskStates.Failed,
        { State: StoredState.Cancelled } => TaskStates.Cancelled,
        not null => TaskPhases.Of(message, now).ToWire(),
        _ => storage.Archive.FindEnd(id) switch
        {
            { IsRetracted: false, State: StoredState.Cancelled } => TaskStates.Cancelled,
            { IsRetracted: false, State: StoredState.Failed } => TaskStates.Failed,
            { IsRetracted: false } => TaskStates.Expired,
            _ => isRemoved ? TaskStates.Cancelled : TaskStates.Expired,
        },
    };

    /// <summary>Whoever posted the dependent task reads its reason, and so does anybody who reads that task.</summary>
    private static bool MayRead(StorageSession storage, MessageRecord dependent, MessageRecord message) =>
        dependent.PostedByKeyId is { } keyId && storage.Keys.Find(keyId) is { Active: true } poster
        && storage.Channels.FindByNumber(message.Channel) is { } channel && storage.MayUse(poster, channel);
}
