using System.Globalization;
using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Reads the rows whose words are searched.</summary>
internal static class SourceRows
{
    public static readonly string OfMessages = Of("messages", "0", "m.priority");

    public static readonly string OfArchive = Of("archive", "1", TaskLimits.DefaultPriority.ToString(CultureInfo.InvariantCulture));

    public const string OfNotes =
        """
        SELECT n.created_at, n.salt, n.message, m.channel, n.text, coalesce(a.name, n.actor_label)
        FROM notes n JOIN messages m ON m.created_at = n.message LEFT JOIN actors a ON a.number = n.actor
        """;

    public static WordSource Read(IStatement row) => new()
    {
        Key = row.Integer(0),
        Salt = row.Integer(1),
        Message = row.Integer(0),
        Channel = row.Integer(2),
        Text = row.Text(3),
        Names = string.Join(' ', row.OptionalText(4), row.OptionalText(5)),
        Metadata = row.OptionalText(6),
        IsArchived = row.Flag(7),
        State = (StoredState)row.Int32(8),
        Priority = row.Int32(9),
    };

    public static WordSource ReadNote(IStatement row) => new()
    {
        Key = row.Integer(0),
        Salt = row.Integer(1),
        Message = row.Integer(2),
        Channel = row.Integer(3),
        Text = row.OptionalText(4) ?? "",
        Names = row.OptionalText(5) ?? "",
        IsNote = true,
    };

    private static string Of(string table, string archived, string priority) =>
        $"""
        SELECT m.created_at, m.salt, m.channel, m.content, m.actor_label, a.name, m.metadata, {archived}, m.state, {priority}
        FROM {table} m LEFT JOIN actors a ON a.number = m.actor
        """;
}

/// <summary>A row whose words are searched: a message, archived or not, or a note.</summary>
internal sealed record WordSource
{
    public required long Key { get; init; }

    public required long Salt { get; init; }

    /// <summary>The message itself, or that of the note.</summary>
    public required long Message { get; init; }

    /// <summary>The number of the message's channel.</summary>
    public required long Channel { get; init; }

    public required string Text { get; init; }

    /// <summary>Of who posted or noted it.</summary>
    public required string Names { get; init; }

    /// <summary>A JSON object; null for an empty one.</summary>
    public string? Metadata { get; init; }

    public bool IsNote { get; init; }

    public bool IsArchived { get; init; }

    public StoredState State { get; init; }

    public int Priority { get; init; }

    /// <summary>Of a message; that of a note is another kind of id.</summary>
    public string Id => BusId.Format(Key, Salt);

    /// <summary>Everything that is searched.</summary>
    public string AllText => $"{Text} {Names} {Metadata}";
}
