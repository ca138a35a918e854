using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>Bounds what a task has collected, so that whoever may write on a task cannot make it unreadable for others.</summary>
internal static class ShownNewest
{
    /// <summary>Of an entry: all but its texts.</summary>
    private const int FrameBytes = 400;

    /// <summary>The newest attempts that fit.</summary>
    public static TaskView WithNewestAttempts(this TaskView task, int most = int.MaxValue)
    {
        if (task.Attempts is not { } all)
        {
            return task;
        }

        var shown = Math.Min(most, CountNewest(all, Size, TaskLimits.MaxShownBytes));
        return shown == all.Count ? task : task with
        {
            Attempts = shown == 0 ? null : [.. all.TakeLast(shown)],
            AttemptsLeftOut = all.Count - shown + (task.AttemptsLeftOut ?? 0),
        };
    }

    /// <summary>The newest notes that fit, and the open question, whose poster has to see it.</summary>
    public static TaskView WithNewestNotes(this TaskView task)
    {
        if (task.Notes is not { } all)
        {
            return task;
        }

        var open = all.FirstOrDefault(static note => note is { Kind: NoteKinds.Question, Closed: null });
        var shown = CountNewest(all, Size, TaskLimits.MaxShownBytes - (open is null ? 0 : Size(open)));
        if (shown == all.Count)
        {
            return task;
        }

        List<TaskNote> newest = [.. all.TakeLast(shown)];
        if (open is not null && !newest.Contains(open))
        {
            newest.Insert(0, open);
        }

        return task with
        {
            Notes = newest.Count == 0 ? null : newest,
            NotesLeftOut = all.Count - newest.Count + (task.NotesLeftOut ?? 0),
        };
    }

    /// <summary>How many of the newest entries fit, up to the first that does not.</summary>
    private static int CountNewest<T>(IReadOnlyList<T> all, Func<T, int> size, int room)
    {
        var count = 0;
        while (count < all.Count && (room -= size(all[^(count + 1)])) >= 0)
        {
            count++;
        }

        return count;
    }

    private static int Size(TaskAttempt attempt) => FrameBytes + SizeInJson(attempt.Worker?.Name) + SizeInJson(attempt.Reason);

    private static int Size(TaskNote note) => FrameBytes + SizeInJson(note.Text) + SizeInJson(note.By);

    private static int SizeInJson(string? text) => text is null ? 0 : JsonFields.SizeInJson(text);
}
