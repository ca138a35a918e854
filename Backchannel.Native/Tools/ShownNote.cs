using System.Globalization;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>A note on a task, as tools show it.</summary>
/// <param name="Kind">One of <see cref="NoteKinds"/>.</param>
/// <param name="By">Who wrote it.</param>
/// <param name="Percent">Of progress.</param>
internal sealed record ShownNote(string Kind, string? Text, string? By, string At, int? Percent = null)
{
    private const int MaxLineLength = 200;

    /// <summary>The question that waits for an answer.</summary>
    public static TaskNote? OpenQuestion(TaskView? task) =>
        task?.Notes?.LastOrDefault(static note => note is { Kind: NoteKinds.Question, Closed: null });

    /// <summary>The newest of the notes and the progress of a task. A question that nobody can answer any more is none.</summary>
    public static ShownNote? Newest(TaskView? task)
    {
        var last = task?.Notes?.LastOrDefault(static note => note is not { Kind: NoteKinds.Question, Closed: not null });
        var note = last is null ? null : Of(last);
        return task?.Progress is { } progress && (note is null || string.CompareOrdinal(progress.At, note.At) > 0) ? Of(progress) : note;
    }

    /// <summary>The newest that a worker wrote, for the poster.</summary>
    public static ShownNote? NewestOfWorker(TaskView task, Message message)
    {
        return Newest(task with { Notes = Those(task, note => note.Kind == NoteKinds.Question || (note.Kind == NoteKinds.Comment && IsWorker(note.By))) });

        bool IsWorker(string name) => name == message.ClaimedBy?.Name || task.Attempts?.Any(attempt => attempt.Worker?.Name == name) == true;
    }

    /// <summary>The newest that the poster wrote, for the worker.</summary>
    /// <remarks>Where both call themselves alike, a comment may be of either: it is shown.</remarks>
    public static ShownNote? NewestOfPoster(TaskView task, Message message)
    {
        var worker = message.ClaimedBy?.Name;
        var areAlike = worker == (message.Actor?.Name ?? message.ActorLabel);
        return Newest(task with
        {
            Progress = null,
            Notes = Those(task, note => note.Kind == NoteKinds.Answer || (note.Kind == NoteKinds.Comment && (areAlike || note.By != worker))),
        });
    }

    private static IReadOnlyList<TaskNote>? Those(TaskView task, Func<TaskNote, bool> which) => task.Notes is null ? null : [.. task.Notes.Where(which)];

    public static ShownNote Of(TaskNote note) => new(note.Kind, note.Text, ShownText.Name(note.By), note.At);

    public static ShownNote Of(TaskProgress progress) =>
        new(NoteKinds.Progress, progress.Text, ShownText.Name(progress.By), progress.At, progress.Percent);

    /// <summary>The same with a text of bounded length.</summary>
    public ShownNote Shortened() => this with { Text = Text is null ? null : ShownText.Clean(Text, MaxLineLength) };

    /// <summary>The note on one line of bounded length.</summary>
    public string ToLine()
    {
        var text = ShownText.Clean(Text ?? "", MaxLineLength);
        var percent = Percent is { } number ? string.Create(CultureInfo.InvariantCulture, $"{number} %") : null;
        return Kind == NoteKinds.Progress
            ? percent is null || text.Length == 0 ? percent ?? text : $"{percent}, {text}"
            : $"{Kind} by {By}: {text}";
    }
}
