using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage.Sqlite;

/// <summary>The index of words as SQLite's FTS5 keeps it: https://sqlite.org/fts5.html</summary>
internal sealed class SqliteWords(SqliteConnection connection) : IWordIndex
{
    public void Add(long key, long lane, IReadOnlyList<string> words) =>
        connection.Prepare("INSERT INTO words (rowid, text) VALUES (?, ?)").Bind(key).Bind(string.Join(' ', words.Append(SearchWords.OfLane(lane)))).Run();

    public void Remove(long key) => connection.Prepare("DELETE FROM words WHERE rowid = ?").Bind(key).Run();

    public IReadOnlyList<long> Find(IReadOnlyList<string> words, IReadOnlyList<long> lanes, long before, int limit)
    {
        using var query = connection.Prepare("SELECT rowid FROM words WHERE words MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?");
        var ofLanes = string.Join(" OR ", lanes.Select(static lane => $"\"{SearchWords.OfLane(lane)}\""));
        return query.Bind($"{string.Join(" AND ", words.Select(Term))} AND ({ofLanes})").Bind(before).Bind(limit).All(static row => row.Integer(0));
    }

    /// <summary>In quotes, so that no word is an operator. It has letters and digits only.</summary>
    private static string Term(string word) => word.Length > 1 ? $"\"{word}\"*" : $"\"{word}\"";
}
