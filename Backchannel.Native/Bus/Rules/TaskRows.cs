using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Text;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>Tasks as lists for people show them.</summary>
internal static class TaskRows
{
    /// <param name="key">The one that looks at it.</param>
    public static TaskRow ToRow(this MessageRecord message, StorageSession storage, ApiKeyRecord key, ChannelRecord channel, long now)
    {
        var phase = TaskPhases.Of(message, now);
        var task = phase == TaskPhase.Waiting || message.HasHistory || (message.Named & PostOptions.MaxAttempts) != PostOptions.None ? storage.Tasks.Find(message.CreatedAt) : null;
        var notes = message.HasHistory ? storage.Notes.List(message.CreatedAt) : [];
        var progress = notes.FirstOrDefault(static note => note.Kind == NoteKinds.Progress);
        var endedAt = phase == TaskPhase.Acknowledged ? storage.Acks.FirstAt(message.CreatedAt) : task?.EndedAt(message.State);
        // What is open again changed when its last attempt ended, or when it was reopened. What has failed is told with its last worker: nobody holds it.
        var last = message.HasHistory && phase is TaskPhase.Open or TaskPhase.Waiting or TaskPhase.Failed && storage.Tasks.Attempts(message.CreatedAt) is [.., var attempt] ? attempt : null;
        var content = WholeCharacters.Take(message.Content, Limits.RowCharacters);
        return new TaskRow(
            message.Id,
            channel.Id,
            channel.IsClaimable ? phase.ToWire() : null,
            message.Priority,
            content,
            message.Content.Length == content.Length ? 0 : WholeCharacters.Count(message.Content) - Limits.RowCharacters,
            message.Actor,
            message.ActorLabel,
            Instant.ToText(message.CreatedAt),
            Latest(last?.EndedAt, Instant.ToText(Math.Max(message.CreatedAt, Math.Max(message.ClaimedAt ?? 0, Math.Max(task?.TurnedAt ?? 0, endedAt ?? 0))))),
            message.Version,
            message.Holder ?? (phase == TaskPhase.Failed ? last?.Worker : null),
            Instant.ToText(message.ClaimedAt),
            Instant.ToText(message.LeaseExpiresAt),
            task?.Attempts ?? 0,
            task?.MaxAttempts ?? channel.MaxAttempts,
            notes.FirstOrDefault(static note => note is { Kind: NoteKinds.Question, Closed: null })?.Text,
            progress is null ? null : new TaskProgress(Instant.ToText(progress.CreatedAt), progress.By, progress.Text, progress.Percent),
            task?.Reason ?? (task is { Attempts: > 0 } ? last?.Reason : null),
            Instant.ToText(endedAt),
            phase == TaskPhase.Waiting ? task?.Pending ?? 0 : 0,
            phase == TaskPhase.Waiting ? Instant.ToText(task?.ReadyAt) : null,
            message.PostedByKeyId == key.KeyId);
    }

    private static string Latest(string? one, string other) => string.CompareOrdinal(one, other) > 0 ? one! : other;
}
