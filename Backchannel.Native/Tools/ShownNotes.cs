using System.Globalization;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Notes on a task as tools show them: the oldest first, and the newest where not all of them fit.</summary>
internal static class ShownNotes
{
    /// <summary>Everything that stands on a task, for a worker that begins.</summary>
    /// <param name="maxBytes">Of JSON.</param>
    public static (IReadOnlyList<ShownNote>? Notes, string? LeftOut) OfTask(TaskView? task, int maxBytes)
    {
        // A question without an answer was that of a worker which no longer has the task.
        var notes = (task?.Notes ?? []).Where(static note => note is not { Kind: NoteKinds.Question, Closed: not QuestionEnds.Answered }).Select(ShownNote.Of);
        return Fit([.. notes, .. task?.Progress is { } progress ? [ShownNote.Of(progress)] : Array.Empty<ShownNote>()], maxBytes);
    }

    /// <param name="maxBytes">Of JSON.</param>
    public static (IReadOnlyList<ShownNote>? Notes, string? LeftOut) Of(IReadOnlyList<TaskNote> notes, int maxBytes) =>
        Fit([.. notes.Select(ShownNote.Of)], maxBytes);

    /// <returns>Null for none; and a sentence about those that are left out.</returns>
    private static (IReadOnlyList<ShownNote>? Notes, string? LeftOut) Fit(List<ShownNote> notes, int maxBytes)
    {
        if (notes.Count == 0)
        {
            return (null, null);
        }

        notes.Sort(static (one, other) => string.CompareOrdinal(one.At, other.At));
        var (first, left) = (notes.Count, maxBytes);
        while (first > 0 && (left -= JsonSize.Of(notes[first - 1], ResultsJsonContext.Default.ShownNote) + 1) >= 0)
        {
            first--;
        }

        // The newest is cut rather than left out.
        List<ShownNote> shown = first == notes.Count ? [notes[^1].Shortened()] : notes[first..];
        var leftOut = notes.Count - shown.Count;
        return (shown, leftOut == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{leftOut} older {(leftOut == 1 ? "note is" : "notes are")} left out."));
    }
}
