using Backchannel.Native.Wire;

namespace Backchannel.Native.Cli.Views;

/// <summary>The whole life of a task, line by line.</summary>
/// <param name="columns">Where longer lines are broken; null: nowhere.</param>
internal sealed class TaskStory(ShownTime time, int? columns)
{
    private const string Indent = "  ";
    private const int LabelColumns = 10;

    private readonly List<string> lines = [];

    /// <param name="lane">Name of its channel.</param>
    public IReadOnlyList<string> Tell(MessageState state, string lane)
    {
        lines.Clear();
        var (message, task) = (state.Message, state.Task);
        Fact(task is null ? "Message" : "Task", message.Id);
        Fact("Lane", lane);
        Fact("State", State(state));
        Fact("Posted", $"{time.Of(message.CreatedAt)} by {message.Actor?.Name ?? message.ActorLabel ?? "somebody without a name"}");
        if (task is not null)
        {
            Fact("Priority", $"{task.Priority}; {RowWords.Attempts(task.AttemptsUsed, task.MaxAttempts)} used");
            Head(task);
        }

        Section("Content");
        Write(message.Content, Indent);
        Files(task?.Files ?? message.Files);
        if (task is not null)
        {
            Prerequisites(task);
            Attempts(task);
            Notes(task);
        }

        if (state.Result is { } result)
        {
            Section($"Result, {time.Of(result.CreatedAt)}");
            Write(result.Content, Indent);
            Files(result.Files);
        }

        return [.. lines];
    }

    /// <summary>The questions that wait for an answer, the oldest first.</summary>
    public static IEnumerable<TaskNote> OpenQuestions(TaskView task) =>
        task.Notes?.Where(static note => note is { Kind: NoteKinds.Question, Closed: null }) ?? [];

    private static string State(MessageState state)
    {
        var word = state.Task?.State ?? (state.Message.Active ? "message" : TaskStates.Expired);
        return state.Message.ClaimedBy is { } holder && word == TaskStates.Claimed ? $"{word} by {holder.Name}" : word;
    }

    private void Head(TaskView task)
    {
        if (task.NotBefore is { } notBefore)
        {
            Fact("Starts", $"not before {time.Of(notBefore)}");
        }

        if (task.EndedAt is { } ended)
        {
            Fact("Ended", $"{time.Of(ended)}{(task.EndedBy is { } by ? $" by {by.Name}" : "")}");
        }

        if (task.ReopenedAt is { } reopened)
        {
            Fact("Reopened", $"{time.Of(reopened)}; its attempts count from none since then");
        }

        if (task.Reason is { } reason)
        {
            Fact("Reason", reason);
        }

        if (task.Progress is { } progress)
        {
            Fact("Progress", $"{RowWords.Progress(progress)} ({progress.By}, {time.Of(progress.At)})");
        }

        foreach (var question in OpenQuestions(task))
        {
            Fact("Question", $"open since {time.Of(question.At)}: {question.Text}");
        }
    }

    private void Files(IReadOnlyList<FileReference>? files)
    {
        if (files is not { Count: > 0 })
        {
            return;
        }

        Section("Files");
        foreach (var file in files)
        {
            Item($"{file.Name}, {file.Bytes} bytes{(file.MediaType is { } type ? $", {type}" : "")}, sha256 {file.Sha256}");
        }
    }

    private void Prerequisites(TaskView task)
    {
        if (task.DependsOn is not { Count: > 0 } prerequisites)
        {
            return;
        }

        Section("Prerequisites");
        foreach (var prerequisite in prerequisites)
        {
            Item($"{prerequisite.Id} {prerequisite.State}");
        }
    }

    private void Attempts(TaskView task)
    {
        if (task.Attempts is not { Count: > 0 } attempts)
        {
            return;
        }

        Section($"Attempts{LeftOut(task.AttemptsLeftOut)}");
        foreach (var attempt in attempts)
        {
            var outcome = attempt.Outcome.Replace('_', ' ');
            Item($"{attempt.Number}  {attempt.Worker?.Name ?? "a worker that is gone"}, from {time.Of(attempt.StartedAt)} to {time.Of(attempt.EndedAt)}: {outcome}");
            if (attempt.Reason is { } reason)
            {
                Write(reason, Indent + "   ");
            }
        }
    }

    private void Notes(TaskView task)
    {
        if (task.Notes is not { Count: > 0 } notes)
        {
            return;
        }

        Section($"Notes{LeftOut(task.NotesLeftOut)}");
        foreach (var note in notes)
        {
            var end = note.Kind == NoteKinds.Question ? $", {note.Closed?.Replace('_', ' ') ?? "open"}" : "";
            Item($"{note.Kind}{end} ({note.By}, {time.Of(note.At)})");
            Write(note.Text, Indent + Indent);
        }
    }

    private static string LeftOut(int? count) => count is { } older ? $", without {older} older ones" : "";

    private void Section(string title)
    {
        lines.Add("");
        lines.Add(title);
    }

    /// <summary>A line of the head. Text of others stays to the right of the labels, so that it cannot pass for one.</summary>
    private void Fact(string label, string text)
    {
        var first = true;
        foreach (var line in ShownLines.Of(ShownLines.One(text), new string(' ', LabelColumns), columns))
        {
            lines.Add(first ? label.PadRight(LabelColumns) + line.TrimStart() : line);
            first = false;
        }
    }

    private void Item(string text) => Write(ShownLines.One(text), Indent);

    private void Write(string text, string indent) => lines.AddRange(ShownLines.Of(text, indent, columns));
}
