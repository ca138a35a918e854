using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>The index of words as PostgreSQL keeps it: https://www.postgresql.org/docs/current/textsearch.html</summary>
/// <remarks>Its own splitting of texts is left out: the words come split.</remarks>
internal sealed class PostgresWords(PostgresConnection connection) : IWordIndex
{
    private const int LongestPrefix = 4;

    public void Add(long key, long lane, IReadOnlyList<string> words)
    {
        IEnumerable<string> prefixes = from word in words from length in (int[])[2, 3, LongestPrefix] where length <= word.Length select Mark(word[..length]);
        connection.Prepare("INSERT INTO words (key, text) VALUES (?, array_to_tsvector(string_to_array(?, ' '))) ON CONFLICT DO NOTHING")
            .Bind(key).Bind(string.Join(' ', words.Concat(prefixes).Distinct().Append(SearchWords.OfLane(lane)))).Run();
    }

    public void Remove(long key) => connection.Prepare("DELETE FROM words WHERE key = ?").Bind(key).Run();

    public IReadOnlyList<long> Find(IReadOnlyList<string> words, IReadOnlyList<long> lanes, long before, int limit)
    {
        using var query = connection.Prepare("SELECT key FROM words WHERE text @@ CAST(? AS tsquery) AND key < ? ORDER BY key DESC LIMIT ?");
        var ofLanes = string.Join(" | ", lanes.Select(static lane => $"'{SearchWords.OfLane(lane)}'"));
        return query.Bind($"{string.Join(" & ", words.Select(Term))} & ({ofLanes})").Bind(before).Bind(limit).All(static row => row.Integer(0));
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
