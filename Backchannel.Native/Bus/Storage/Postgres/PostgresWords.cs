using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Text;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>The index of words as PostgreSQL keeps it: https://www.postgresql.org/docs/current/textsearch.html</summary>
/// <remarks>Its own splitting of texts is left out: the words come split.</remarks>
internal sealed class PostgresWords(PostgresConnection connection) : IWordIndex
{
    private const int LongestPrefix = 4;

    /// <summary>Rows that are looked through for words that many rows have, before the index is asked: those of its entries come in no order.</summary>
    private const int MostLookedThrough = 10_000;

    public void Add(long key, long lane, IReadOnlyList<string> words)
    {
        var all = new HashSet<string>(4 * words.Count);
        foreach (var word in words)
        {
            all.Add(word);
            for (var length = 2; length <= Math.Min(word.Length, LongestPrefix); length++)
            {
                all.Add(Mark(WholeCharacters.Start(word, length)));
            }
        }

        all.Add(SearchWords.OfLane(lane));
        connection.Prepare("INSERT INTO words (key, text) VALUES (?, array_to_tsvector(string_to_array(?, ' '))) ON CONFLICT DO NOTHING")
            .Bind(key).Bind(string.Join(' ', all)).Run();
    }

    public void Remove(long key) => connection.Prepare("DELETE FROM words WHERE key = ?").Bind(key).Run();

    public IReadOnlyList<long> Find(IReadOnlyList<string> words, IReadOnlyList<long> lanes, long before, int limit)
    {
        var ofLanes = string.Join(" | ", lanes.Select(static lane => $"'{SearchWords.OfLane(lane)}'"));
        var terms = $"{string.Join(" & ", words.Select(Term))} & ({ofLanes})";
        using var newest = connection.Prepare(
            """
            SELECT key FROM (SELECT key, text FROM words WHERE key < ?2 ORDER BY key DESC LIMIT ?4) AS newest
            WHERE text @@ CAST(?1 AS tsquery) ORDER BY key DESC LIMIT ?3
            """);
        var keys = newest.Bind(terms).Bind(before).Bind(limit).Bind(MostLookedThrough).All(static row => row.Integer(0));
        if (keys.Count == limit)
        {
            return keys;
        }

        // OFFSET: the planner does not know how rare the words are, and would look through the whole table for those that nothing has.
        using var indexed = connection.Prepare(
            """
            SELECT key FROM (SELECT key FROM words WHERE text @@ CAST(?1 AS tsquery) OFFSET 0) AS found
            WHERE key < ?2 ORDER BY key DESC LIMIT ?3
            """);
        return indexed.Bind(terms).Bind(before).Bind(limit).All(static row => row.Integer(0));
    }

    /// <summary>In quotes, so that no word is an operator. It has letters and digits only.</summary>
    private static string Term(string word) => word.Length switch
    {
        1 => $"'{word}'",
        <= LongestPrefix => $"'{Mark(word)}'",
        _ => $"'{word}':*",
    };

    private static string Mark(string prefix) => $"^{prefix}";
}
