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

        var (shown, left) = (0, TaskLimits.MaxShownBytes);
        while (shown < all.Count && shown < most && (left -= Size(all[^(shown + 1)])) >= 0)
        {
            shown++;
        }

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
        var (shown, left) = (0, TaskLimits.MaxShownBytes - (open is null ? 0 : Size(open)));
        while (shown < all.Count && (left -= Size(all[^(shown + 1)])) >= 0)
        {
            shown++;
        }

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

    private static int Size(TaskAttempt attempt) => FrameBytes + SizeInJson(attempt.Worker?.Name) + SizeInJson(attempt.Reason);

    private static int Size(TaskNote note) => FrameBytes + SizeInJson(note.Text) + SizeInJson(note.By);

    private static int SizeInJson(string? text) => text is null ? 0 : JsonFields.SizeInJson(text);
}
