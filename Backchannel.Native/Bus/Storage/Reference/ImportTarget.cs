using Backchannel.Native.Bus.Storage.Copying;
using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage.Reference;

/// <summary>Where an import writes: its rows, the unique times it gives, and what it cannot keep.</summary>
internal sealed class ImportTarget(ICopyTarget target)
{
    private readonly Dictionary<CopiedTable, RowWriter> writers = [];
    private readonly Dictionary<string, long> withdrawn = [];

    /// <summary>The newest time that was given to a row.</summary>
    public long LastTime { get; private set; }

    /// <summary>Actors by their ids.</summary>
    public Dictionary<string, ImportedActor> Actors { get; } = [];

    /// <summary>Channels by their ids.</summary>
    public Dictionary<string, ImportedChannel> Channels { get; } = [];

    public void Write(CopiedTable table, params ReadOnlySpan<object?> values)
    {
        if (!writers.TryGetValue(table, out var writer))
        {
            writer = new RowWriter(target, table);
            writers.Add(table, writer);
        }

        writer.Write(values);
    }

    /// <summary>The rows that a table has so far, which are also the highest number of a numbered one.</summary>
    public long Rows(CopiedTable table) => DigestOf(table).Rows;

    /// <summary>What a table has to hold after the import.</summary>
    public TableDigest DigestOf(CopiedTable table) => writers.TryGetValue(table, out var writer) ? writer.Digest : new TableDigest();

    /// <summary>A time that no other row has, for rows that come in the order of their times.</summary>
    /// <param name="last">The time that the row before got.</param>
    public long Unique(long time, ref long last)
    {
        last = Math.Max(time, last + 1);
        LastTime = Math.Max(LastTime, last);
        return last;
    }

    /// <summary>Notes that something is not kept, or not as it was.</summary>
    public void Withdraw(string what) => withdrawn[what] = withdrawn.GetValueOrDefault(what) + 1;

    public long Withdrawn(string what) => withdrawn.GetValueOrDefault(what);

    /// <summary>An object; null for an empty one.</summary>
    public string? OptionalObject(string? text) => Object(text) is var json && json == "{}" ? null : json;

    public string Object(string? text)
    {
        var json = ReferenceValues.ToObject(text, out var isReadable);
        if (!isReadable)
        {
            Withdraw(LeftOuts.Unreadable);
        }

        return json;
    }

    /// <exception cref="CopyException">The source has no such channel.</exception>
    public ImportedChannel Channel(string id) => Channels.TryGetValue(id, out var channel) ? channel : throw Missing("channel", id);

    /// <exception cref="CopyException">The source has no such actor.</exception>
    public ImportedActor Actor(string id) => Actors.TryGetValue(id, out var actor) ? actor : throw Missing("actor", id);

    public long? ActorNumber(string? id) => id is not null && Actors.TryGetValue(id, out var actor) ? actor.Number : null;

    private static CopyException Missing(string kind, string id) => new(
        $"The source names the {kind} {id} and does not have it: it is damaged, or was edited by hand. Mend it with SQLite's own program, and copy again.");
}

internal readonly record struct ImportedActor(long Number, string Name);

/// <summary>A channel, and what <c>channel_counts</c> has to say of it.</summary>
internal sealed class ImportedChannel(long number, long life)
{
    public long Number { get; } = number;

    /// <summary>How long its messages live, in microseconds.</summary>
    public long Life { get; } = life;

    public long Messages { get; set; }

    public long Held { get; set; }

    public long Acked { get; set; }

    public long TimedAcks { get; set; }

    public long ClaimToAck { get; set; }

    public long LongestLife { get; set; } = life;

    public long ShortestLife { get; set; } = life;
}
