using System.Text.Json;
using Backchannel.Native.Bus.Memory;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Text;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>The tasks of a key, for a process that has lost track of them: what it holds, what it posted, and the channels of both.</summary>
/// <remarks>Everything is bounded: rows that are looked at, entries of a list, notes and attempts of a task, and bytes.</remarks>
internal sealed class OwnTaskList(WorkerSessions sessions)
{
    /// <summary>The newest rows, of which the most urgent are shown.</summary>
    private const int MaxRows = 500;

    /// <summary>For each of the two lists of tasks; a client reads 4 MiB of an answer.</summary>
    private const int MaxBytes = 1024 * 1024;

    private const int MaxNotes = 3;

    /// <summary>Authors of whom the last note is shown in any case.</summary>
    private const int MaxAuthors = 4;

    private const int MaxAttempts = 3;

    /// <summary>Writes an <see cref="OwnTasks"/>.</summary>
    /// <param name="session">The hash of the asking session's secret; null: it named none.</param>
    /// <param name="findWorkers">Who works on a channel.</param>
    public void Write(
        Utf8JsonWriter writer, StorageSession storage, ApiKeyRecord key, string? session, long now, Func<ChannelRecord, ChannelWorkers> findWorkers)
    {
        Dictionary<long, ChannelRecord?> channels = [];
        List<ChannelRecord> lanes = [];
        List<string> more = [];
        writer.WriteStartObject();
        var held = storage.OwnTasks.Held(key.KeyId, now, MaxRows).Where(row => row.LeaseExpiresAt is null || row.LeaseExpiresAt > now)
            .OrderBy(row => Rank(row, session)).ThenByDescending(static row => row.ClaimedAt).Select(static row => row.CreatedAt);
        WriteTasks("held", held, (message, task) => ReadableJson.Write(json => JsonSerializer.Serialize(
            json, new HeldTask(message.View, task, Words[Rank(message.Record, session)]), WireJsonContext.Default.HeldTask)));
        var posted = storage.OwnTasks.Posted(key.KeyId, now, MaxRows)
            .OrderBy(Rank).ThenByDescending(static row => row.CreatedAt).Select(static row => row.CreatedAt);
        WriteTasks("posted", posted, (message, task) => ReadableJson.Write(json => JsonSerializer.Serialize(
            json, new PostedOwnTask(message.View, task), WireJsonContext.Default.PostedOwnTask)));
        WriteLanes();
        if (more.Count > 0)
        {
            writer.WriteStartArray("more");
            more.ForEach(writer.WriteStringValue);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();

        void WriteTasks(string name, IEnumerable<long> numbers, Func<(MessageRecord Record, Message View), TaskView, ReadOnlyMemory<byte>> write)
        {
            var (count, bytes) = (0, 0);
            writer.WriteStartArray(name);
            foreach (var number in numbers)
            {
                if (storage.Messages.Find(number) is not { } message || Channel(message.Channel) is not { IsClaimable: true } channel)
                {
                    continue;
                }

                var task = message.ToTask(storage, channel, now);
                var entry = write((message, message.ToWire(storage, channel.Id, now)), Newest(task.WithNewestAttempts(MaxAttempts)));
                if (count == TaskLimits.MaxOwnTasks || (count > 0 && bytes + entry.Length > MaxBytes))
                {
                    more.Add(name);
                    break;
                }

                (count, bytes) = (count + 1, bytes + entry.Length);
                writer.WriteRawValue(entry.Span, skipInputValidation: true);
                if (!lanes.Contains(channel))
                {
                    lanes.Add(channel);
                }
            }

            writer.WriteEndArray();
        }

        void WriteLanes()
        {
            writer.WriteStartArray("lanes");
            foreach (var lane in lanes.Take(TaskLimits.MaxOwnTasks))
            {
                var workers = findWorkers(lane);
                var shown = workers with
                {
                    Waiting = [.. workers.Waiting.Take(TaskLimits.MaxLaneWorkers)],
                    Holding = [.. workers.Holding.Take(TaskLimits.MaxLaneWorkers)],
                };
                JsonSerializer.Serialize(writer, new OwnLane(lane.Id, lane.Name, shown), WireJsonContext.Default.OwnLane);
            }

            writer.WriteEndArray();
            if (lanes.Count > TaskLimits.MaxOwnTasks)
            {
                more.Add("lanes");
            }
        }

        // Null: deleted, or no longer open to this key.
        ChannelRecord? Channel(long number) => channels.TryGetValue(number, out var known)
            ? known
            : channels[number] = storage.Channels.FindByNumber(number) is { } found && storage.MayUse(key, found) ? found : null;
    }

    private static readonly string[] Words = [HolderSessions.Own, HolderSessions.Gone, HolderSessions.Living];

    private int Rank(HeldRow row, string? session) => Rank(row.Session, session);

    private int Rank(MessageRecord message, string? session) => Rank(message.HolderSession, session);

    /// <summary>An index into <see cref="Words"/>. Nobody knows whether the process of a claim without a session lives.</summary>
    private int Rank(string? holder, string? session) =>
        holder is null ? 2
        : holder == session ? 0
        : sessions.IsLiving(holder) ? 2
        : 1;

    /// <summary>What waits for its poster, then what is unfinished, then the rest.</summary>
    private static int Rank(PostedRow row) => row switch
    {
        { HasQuestion: true } => 0,
        { State: StoredState.Failed } => 1,
        { Acked: true } or { State: StoredState.Cancelled } => 3,
        _ => 2,
    };

    /// <summary>The last notes, the open question and the last note of each author included.</summary>
    private static TaskView Newest(TaskView task)
    {
        if (task.Notes is not { Count: > MaxNotes } notes)
        {
            return task;
        }

        var shown = notes.TakeLast(MaxNotes)
            .Concat(notes.Reverse().DistinctBy(static note => note.By).Take(MaxAuthors))
            .Concat(notes.Where(static note => note is { Kind: NoteKinds.Question, Closed: null }))
            .ToHashSet();
        return task with
        {
            Notes = [.. notes.Where(shown.Contains)],
            NotesLeftOut = notes.Count > shown.Count ? notes.Count - shown.Count + (task.NotesLeftOut ?? 0) : task.NotesLeftOut,
        };
    }
}
