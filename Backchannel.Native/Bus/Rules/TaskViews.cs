using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>The life of tasks as clients see it.</summary>
internal static class TaskViews
{
    public static TaskView ToTask(this MessageRecord message, StorageSession storage, long now)
    {
        var task = storage.Tasks.Find(message.CreatedAt);
        var attempts = task is null ? [] : storage.Tasks.Attempts(message.CreatedAt);
        var prerequisites = task is null || !message.Named.HasFlag(PostOptions.DependsOn) ? [] : storage.Tasks.Prerequisites(message.CreatedAt);
        var (progress, notes) = TaskNotes.View(storage, message.CreatedAt);
        return new TaskView
        {
            State = TaskPhases.Of(message, now).ToWire(),
            Priority = message.Priority,
            MaxAttempts = task?.MaxAttempts ?? storage.Channels.FindByNumber(message.Channel)?.MaxAttempts,
            AttemptsUsed = task?.Attempts ?? 0,
            NotBefore = message.State == StoredState.Waiting ? Instant.ToText(task?.ReadyAt) : null,
            DependsOn = prerequisites.Count == 0 ? null : [.. prerequisites.Select(prerequisite => View(storage, prerequisite, now))],
            Reason = task?.Reason,
            EndedAt = Instant.ToText(task?.EndedAt),
            EndedBy = task?.EndedBy,
            Attempts = FinalAttempt.AddTo(attempts, message, storage) is { Count: > 0 } all ? all : null,
            Progress = progress,
            Notes = notes,
            ReplyTo = message.ReplyTo,
            Thread = message.Thread,
            Files = message.Files(storage),
        };
    }

    /// <summary>The files that a message names; null for none.</summary>
    public static IReadOnlyList<FileReference>? Files(this MessageRecord message, StorageSession storage) =>
        message.Named.HasFlag(PostOptions.Files) ? storage.Files.Of(message.CreatedAt) : null;

    private static Prerequisite View(StorageSession storage, StoredPrerequisite prerequisite, long now) => new(
        prerequisite.Id,
        prerequisite.IsMet ? TaskStates.Acknowledged
            : storage.Messages.Find(prerequisite.Id) is { } message ? TaskPhases.Of(message, now).ToWire()
            : TaskStates.Expired);
}
