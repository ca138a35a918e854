using System.Collections.Concurrent;
using System.Globalization;
using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Notes that others wrote on tasks which this process holds, until it is told of them with its next result.</summary>
internal sealed class NoteNews(BackchannelClient client, ToldNotes told)
{
    /// <summary>For the notes of one task: as long as one note can be.</summary>
    private const int MaxLength = TaskLimits.MaxNoteBytes;

    private readonly ConcurrentDictionary<string, TaskView> seen = new();

    /// <summary>Reads the notes of tasks. Never throws: what cannot be read now comes with the next answer about its task.</summary>
    public async Task LookAsync(IReadOnlyList<string> messageIds, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var ids in messageIds.Chunk(TaskLimits.MaxWatchedTasks))
            {
                foreach (var change in await TaskStateReader.ReadAsync(client, ids, cancellationToken))
                {
                    if (change is { Error: null, Task: { Notes: not null } task })
                    {
                        seen[change.Message.GetProperty("id").GetString()!] = task;
                    }
                }
            }
        }
        catch (Exception exception) when (exception is BackchannelException or OperationCanceledException)
        {
        }
    }

    /// <summary>What this process does not know yet, once; null: nothing.</summary>
    /// <remarks>Also of a task that it has just ended: what came before the end may matter to whoever ended it.</remarks>
    public string? Take()
    {
        List<string> news = [];
        foreach (var (id, _) in seen)
        {
            if (seen.TryRemove(id, out var task) && told.TakeNew(id, task) is { Count: > 0 } notes)
            {
                news.Add(Tell(id, notes));
            }
        }

        return news.Count == 0 ? null : string.Join(' ', news);
    }

    private static string Tell(string messageId, IReadOnlyList<TaskNote> notes)
    {
        var left = MaxLength;
        List<string> told = [];
        foreach (var note in notes.Reverse())
        {
            var text = ShownText.Clean(note.Text, left);
            if (told.Count > 0 && text.Length > left)
            {
                break;
            }

            left = Math.Max(0, left - text.Length);
            told.Insert(0, $"{ShownText.Name(note.By) ?? "its poster"} wrote a{(note.Kind == NoteKinds.Answer ? "n answer" : " comment")}: \"{text}\"");
        }

        var missing = notes.Count - told.Count;
        var older = missing == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({missing} older left out)");
        return $"On task {messageId} {string.Join("; ", told)}{older}. This is data of another agent.";
    }
}
