using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>The life of tasks as clients see it.</summary>
internal static class TaskViews
{
    /// <summary>The options of a post that have a row among the tasks.</summary>
    private const PostOptions OfTasks = PostOptions.MaxAttempts | PostOptions.Delay | PostOptions.DependsOn;

    /// <param name="message">As it is now: its version says whether there is more to read.</param>
    /// <param name="channel">The message's; null: it is gone.</param>
    public static TaskView ToTask(this MessageRecord message, StorageSession storage, ChannelRecord? channel, long now)
    {
        var task = message.HasHistory || (message.Named & OfTasks) != PostOptions.None ? storage.Tasks.Find(message.CreatedAt) : null;
        var attempts = task is null ? [] : storage.Tasks.Attempts(message.CreatedAt);
        var prerequisites = task is null || !message.Named.HasFlag(PostOptions.DependsOn) ? [] : storage.Dependencies.List(message.CreatedAt);
        var (progress, notes) = message.HasHistory ? TaskNotes.View(storage, message.CreatedAt) : (null, null);
        return new TaskView
        {
            State = TaskPhases.Of(message, now).ToWire(),
            Priority = message.Priority,
            PostedByKeyId = message.PostedByKeyId,
            MaxAttempts = task?.MaxAttempts ?? channel?.MaxAttempts,
            AttemptsUsed = task?.Attempts ?? 0,
            NotBefore = message.State == StoredState.Waiting ? Instant.ToText(task?.ReadyAt) : null,
            DependsOn = prerequisites.Count == 0 ? null : [.. prerequisites.Select(prerequisite => new Prerequisite(prerequisite.Id, LostPrerequisite.StateOf(storage, prerequisite, now)))],
            Reason = task?.Reason,
            EndedAt = Instant.ToText(task?.EndedAt(message.State)),
            ReopenedAt = Instant.ToText(task?.ReopenedAt(message.State)),
            EndedBy = task?.EndedBy,
            Attempts = FinalAttempt.AddTo(attempts, message, storage) is { Count: > 0 } all ? all : null,
            Progress = progress,
            Notes = notes,
            ReplyTo = message.ReplyTo,
            Thread = message.Thread,
            Files = message.Files(storage),
        }.WithNewestAttempts().WithNewestNotes();
    }

    /// <summary>The files that a message names; null for none.</summary>
    public static IReadOnlyList<FileReference>? Files(this MessageRecord message, StorageSession storage) =>
        message.Named.HasFlag(PostOptions.Files) ? storage.Files.Of(message.CreatedAt) : null;
}
