using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>How far this process knows the notes on each task: those that it wrote, and those that it was told of.</summary>
/// <remarks>Questions and progress are told in other ways.</remarks>
internal sealed class ToldNotes
{
    private const int MaxRemembered = 4096;

    private readonly Lock gate = new();
    private readonly Dictionary<string, string> newest = [];

    /// <summary>The answers and comments that are new to this process; from now on it knows them.</summary>
    /// <param name="known">Id of one that its caller has just written, or shows anyway.</param>
    public IReadOnlyList<TaskNote> TakeNew(string messageId, TaskView? task, string? known = null)
    {
        if (task?.Notes is not [.., var last] notes)
        {
            return [];
        }

        lock (gate)
        {
            var told = newest.GetValueOrDefault(messageId, "");
            if (newest.Count >= MaxRemembered)
            {
                // What is forgotten is told again.
                newest.Clear();
            }

            // Times are unique on the bus, and all of one form.
            newest[messageId] = string.CompareOrdinal(last.At, told) > 0 ? last.At : told;
            return [.. notes.Where(note =>
                note.Kind is NoteKinds.Answer or NoteKinds.Comment && note.Id != known && string.CompareOrdinal(note.At, told) > 0)];
        }
    }

    /// <summary>Everything that stands on the task has been told.</summary>
    public void TellAll(string messageId, TaskView? task) => TakeNew(messageId, task);
}
