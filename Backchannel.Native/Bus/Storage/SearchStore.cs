using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Finds messages, results and notes by their words, archived ones too.</summary>
internal sealed class SearchStore(ISqlConnection connection)
{
    private const string Messages = "messages";
    private const string Notes = "notes";

    // A connection compiles each text once, and knows it again by its place in memory.
    private static readonly string OneMessage = $"{SourceRows.OfMessages} WHERE m.created_at = ?";
    private static readonly string OneArchived = $"{SourceRows.OfArchive} WHERE m.created_at = ?";
    private static readonly string NewMessages =
        $"{SourceRows.OfMessages} WHERE m.channel = ? AND m.created_at > ? AND m.created_at < ? ORDER BY m.created_at DESC LIMIT ?";

    // A message that is over moves to the archive under the same key, maybe before its words are entered. Each of the two is bounded by itself:
    // PostgreSQL would sort all rows of both to find the first.
    private static readonly string NextMessages = $"SELECT * FROM ({Next(SourceRows.OfMessages)}) m UNION ALL SELECT * FROM ({Next(SourceRows.OfArchive)}) a ORDER BY 1 LIMIT ?2";

    /// <summary>Enters the words of rows that came since the last time, the oldest first.</summary>
    /// <returns>How many rows were looked at; fewer than the limit: no more wait.</returns>
    public int Enter(int limit) => EnterMessages(limit) is var done && done < limit ? done + EnterNotes(limit - done) : done;

    /// <summary>Removes the words of rows that are gone.</summary>
    /// <returns>How many rows that were.</returns>
    public int RemoveGone(int limit)
    {
        using var query = connection.Prepare("SELECT key FROM words_gone ORDER BY key LIMIT ?");
        var gone = query.Bind(limit).All(static row => row.Integer(0));
        foreach (var key in gone)
        {
            connection.Words.Remove(key);
            connection.Prepare("DELETE FROM words_gone WHERE key = ?").Bind(key).Run();
        }

        return gone.Count;
    }

    /// <summary>Whether words wait to be entered or removed.</summary>
    public bool HasWork()
    {
        using var query = connection.Prepare(
            """
            SELECT 1 WHERE EXISTS (SELECT 1 FROM messages WHERE created_at > ?1) OR EXISTS (SELECT 1 FROM archive WHERE created_at > ?1)
                OR EXISTS (SELECT 1 FROM notes WHERE created_at > ?2) OR EXISTS (SELECT 1 FROM words_gone)
            """);
        return query.Bind(Place(Messages)).Bind(Place(Notes)).Step();
    }

    /// <summary>Up to where words are entered: it grows with each entry.</summary>
    public long Place() => Place(Messages) + Place(Notes);

    /// <summary>The keys of rows with all of the words, the newest first. Those of the newest rows, which are not entered yet, are not among them.</summary>
    /// <param name="lanes">Numbers of the channels that are searched, with the notes and results of their tasks.</param>
    public IReadOnlyList<long> Find(IReadOnlyList<string> words, IReadOnlyList<long> lanes, long before, int limit) =>
        words.Count == 0 || lanes.Count == 0 ? [] : connection.Words.Find(words, lanes, before, limit);

    /// <summary>The newest messages of some channels, as far as their words are not entered yet.</summary>
    /// <param name="limit">Of each channel.</param>
    public IReadOnlyList<WordSource> NotEntered(IReadOnlyList<long> channels, long before, int limit)
    {
        var place = Place(Messages);
        using var any = connection.Prepare("SELECT 1 FROM messages WHERE created_at > ? LIMIT 1");
        return any.Bind(place).Step() ? [.. channels.SelectMany(OfChannel)] : [];

        List<WordSource> OfChannel(long channel)
        {
            using var query = connection.Prepare(NewMessages);
            return query.Bind(channel).Bind(place).Bind(before).Bind(limit).All(SourceRows.Read);
        }
    }

    /// <summary>The row of a key; null: it is gone.</summary>
    public WordSource? Source(long key)
    {
        using var message = connection.Prepare(OneMessage);
        if (message.Bind(key).Step())
        {
            return SourceRows.Read(message);
        }

        using var archived = connection.Prepare(OneArchived);
        if (archived.Bind(key).Step())
        {
            return SourceRows.Read(archived);
        }

        using var note = connection.Prepare($"{SourceRows.OfNotes} WHERE n.created_at = ?");
        return note.Bind(key).Step() ? SourceRows.ReadNote(note) : null;
    }

    private int EnterMessages(int limit)
    {
        using var query = connection.Prepare(NextMessages);
        return EnterAll(Messages, query.Bind(Place(Messages)).Bind(limit).All(SourceRows.Read));
    }

    private int EnterNotes(int limit)
    {
        using var query = connection.Prepare($"{SourceRows.OfNotes} WHERE n.created_at > ? AND n.kind <> 'progress' ORDER BY n.created_at LIMIT ?");
        return EnterAll(Notes, query.Bind(Place(Notes)).Bind(limit).All(SourceRows.ReadNote));
    }

    private int EnterAll(string kind, List<WordSource> sources)
    {
        // Most rows of a slice are of few channels, and a question costs a round trip on some engines.
        Dictionary<long, long> lanes = [];
        foreach (var source in sources)
        {
            if (SearchWords.Of(source.AllText, SearchWords.MostOfRow) is { Count: > 0 } words)
            {
                if (!lanes.TryGetValue(source.Channel, out var lane))
                {
                    lanes.Add(source.Channel, lane = LaneOf(source.Channel));
                }

                connection.Words.Add(source.Key, lane, words);
            }
        }

        if (sources is [.., var last])
        {
            connection.Prepare("INSERT INTO words_place (kind, place) VALUES (?1, ?2) ON CONFLICT (kind) DO UPDATE SET place = ?2")
                .Bind(kind).Bind(last.Key).Run();
        }

        return sources.Count;
    }

    /// <summary>In whose searches the rows of a channel are found: its own; those of a channel of results, in those of the task's channel.</summary>
    private long LaneOf(long channel)
    {
        using var query = connection.Prepare("SELECT name FROM channels WHERE number = ?");
        return query.Bind(channel).Step() && ResultChannel.TaskOf(query.Text(0)) is { } task && BusId.TryParse(task, out var createdAt, out _)
            ? Source(createdAt)?.Channel ?? channel
            : channel;
    }

    private static string Next(string source) => $"{source} WHERE m.created_at > ?1 ORDER BY m.created_at LIMIT ?2";

    private long Place(string kind)
    {
        using var query = connection.Prepare("SELECT place FROM words_place WHERE kind = ?");
        return query.Bind(kind).Step() ? query.Integer(0) : 0;
    }
}
