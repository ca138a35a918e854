using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Notes on tasks.</summary>
internal sealed class NoteStore(ISqlConnection connection)
{
    private const string Selection =
        """
        SELECT n.created_at, n.salt, n.message, n.kind, n.text, n.percent, n.actor, coalesce(a.name, n.actor_label), n.key_id, n.question, n.closed
        FROM notes n LEFT JOIN actors a ON a.number = n.actor
        """;

    /// <summary>Stores a note. The version of its message grows.</summary>
    public void Add(NoteRecord note)
    {
        connection.Prepare(
                """
                INSERT INTO notes (created_at, salt, message, kind, text, percent, actor, actor_label, key_id, question)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
            .Bind(note.CreatedAt).Bind(note.Salt).Bind(note.Message).Bind(note.Kind).Bind(note.Text).Bind(note.Percent).Bind(note.Actor)
            .Bind(note.Actor is null ? note.By : null).Bind(note.KeyId).Bind(note.Question).Run();
        GrowVersion(note.Message);
    }

    /// <summary>Stores the newest progress in the place of the one before.</summary>
    public void ReplaceProgress(NoteRecord progress)
    {
        connection.Prepare("DELETE FROM notes WHERE message = ? AND kind = ?").Bind(progress.Message).Bind(NoteKinds.Progress).Run();
        Add(progress);
    }

    /// <summary>Closes a question. The version of its message grows.</summary>
    /// <param name="how">One of <see cref="QuestionEnds"/>.</param>
    public void Close(NoteRecord question, string how, long now)
    {
        connection.Prepare("UPDATE notes SET closed = ?, closed_at = ? WHERE created_at = ?").Bind(how).Bind(now).Bind(question.CreatedAt).Run();
        GrowVersion(question.Message);
    }

    /// <summary>Closes the question of a message that is still open, if there is one, and leaves the version to the caller.</summary>
    /// <param name="how">One of <see cref="QuestionEnds"/>.</param>
    public void CloseOpen(long message, string how, long now) =>
        connection.Prepare("UPDATE notes SET closed = ?, closed_at = ? WHERE message = ? AND kind = 'question' AND closed IS NULL")
            .Bind(how).Bind(now).Bind(message).Run();

    /// <summary>The notes of a message, the oldest first; its progress is one of them.</summary>
    public IReadOnlyList<NoteRecord> List(long message)
    {
        using var query = connection.Prepare($"{Selection} WHERE n.message = ? ORDER BY n.created_at");
        return query.Bind(message).All(Read);
    }

    private void GrowVersion(long message) =>
        connection.Prepare("UPDATE messages SET version = version + 1 WHERE created_at = ?").Bind(message).Run();

    private static NoteRecord Read(IStatement row) => new()
    {
        CreatedAt = row.Integer(0),
        Salt = row.Integer(1),
        Message = row.Integer(2),
        Kind = row.Text(3),
        Text = row.OptionalText(4),
        Percent = row.OptionalInt32(5),
        Actor = row.OptionalInteger(6),
        By = row.OptionalText(7) ?? "",
        KeyId = row.Text(8),
        Question = row.OptionalInteger(9),
        Closed = row.OptionalText(10),
    };
}
