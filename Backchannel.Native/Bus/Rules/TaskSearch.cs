using System.Text;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Text;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>One search for tasks by words.</summary>
/// <param name="words">As <see cref="SearchWords"/> makes them; all have to occur.</param>
/// <param name="channel">Where to search; null: in all channels that the key is shown.</param>
internal sealed class TaskSearch(StorageSession storage, ApiKeyRecord key, IReadOnlyList<string> words, ChannelRecord? channel, long now)
{
    public const int MostWords = 10;

    /// <summary>Rows that one search looks at. All are of the searched channels; a task with many notes has many of them.</summary>
    private const int MostRows = 5_000;

    private const int RowsAtOnce = 200;

    /// <summary>Newest rows of a channel whose words are not entered yet.</summary>
    private const int MostNotEntered = 200;

    private const int LeadingCharacters = 60;

    private readonly Dictionary<long, ChannelRecord> lanes =
        (channel is null ? VisibleLanes.Of(storage, key).Lanes : [channel]).ToDictionary(static lane => lane.Number);

    /// <returns>The hits, a task once in a page, the newest first; and where the next page begins, null where there is none.</returns>
    public (IReadOnlyList<SearchHit> Hits, long? Next) Run(long before, int limit)
    {
        List<SearchHit> hits = [];
        HashSet<long> tasks = [];
        long? next = null;
        foreach (var source in All(before))
        {
            if (Hit(source) is not var (task, hit) || !tasks.Add(task))
            {
                continue;
            }

            // A further page is told of only where it has something to show: anything else would tell of rows that this key is not shown.
            if (hits.Count == limit)
            {
                return (hits, next);
            }

            next = source.Key;
            hits.Add(hit);
        }

        return (hits, null);
    }

    /// <summary>The rows that fit, the newest first.</summary>
    private IEnumerable<WordSource> All(long before)
    {
        var newest = new Queue<WordSource>(
            storage.Search.NotEntered([.. lanes.Keys], before, MostNotEntered).Where(Fits).OrderByDescending(static source => source.Key));
        foreach (var entered in Entered(before))
        {
            while (newest.TryPeek(out var source) && source.Key > entered.Key)
            {
                yield return newest.Dequeue();
            }

            yield return entered;
        }

        foreach (var source in newest)
        {
            yield return source;
        }
    }

    private IEnumerable<WordSource> Entered(long before)
    {
        for (var rows = 0; rows < MostRows; rows += RowsAtOnce)
        {
            var keys = storage.Search.Find(words, [.. lanes.Keys], before, RowsAtOnce);
            foreach (var found in keys)
            {
                if (storage.Search.Source(found) is { } source)
                {
                    yield return source;
                }
            }

            if (keys.Count < RowsAtOnce)
            {
                yield break;
            }

            before = keys[^1];
        }
    }

    private bool Fits(WordSource source)
    {
        var found = SearchWords.Of(source.AllText, SearchWords.MostOfRow);
        return words.All(word => found.Any(other => word.Length > 1 ? other.StartsWith(word, StringComparison.Ordinal) : other == word));
    }

    /// <returns>Null: the key is not shown it.</returns>
    private (long Task, SearchHit Hit)? Hit(WordSource source)
    {
        if (lanes.TryGetValue(source.Channel, out var lane))
        {
            return source.IsArchived
                ? (source.Message, new SearchHit(ArchivedRow(source, lane), Archived: true, FoundIns.Message, Excerpt(source)))
                : Row(source.Message, lane) is { } row
                    ? (source.Message, new SearchHit(row, Archived: false, source.IsNote ? FoundIns.Note : FoundIns.Message, Excerpt(source)))
                    : null;
        }

        return storage.Channels.FindByNumber(source.Channel) is { } results && ResultChannel.TaskOf(results.Name) is { } id
            && storage.Messages.Find(id) is { } task && lanes.TryGetValue(task.Channel, out lane) && IsResult(source, task)
                ? (task.CreatedAt, new SearchHit(task.ToRow(storage, key, lane, now), Archived: false, FoundIns.Result, Excerpt(source)))
                : null;
    }

    /// <summary>Any key can give a channel the name of another task's results: only what a worker that acknowledged it published is one.</summary>
    private bool IsResult(WordSource source, MessageRecord task) =>
        storage.Acks.Details(task.CreatedAt).Any(ack => ResultChannels.Find(storage, task.Id, ack.Id, now)?.Result.CreatedAt == source.Key);

    private TaskRow? Row(long message, ChannelRecord lane) => storage.Messages.Find(message)?.ToRow(storage, key, lane, now);

    private static TaskRow ArchivedRow(WordSource source, ChannelRecord lane)
    {
        var content = WholeCharacters.Take(source.Text, Limits.RowCharacters);
        var createdAt = Instant.ToText(source.Key);
        return new TaskRow(
            source.Id, lane.Id, lane.IsClaimable ? TaskPhases.OfArchived(source.State) : null, source.Priority, content,
            source.Text.Length == content.Length ? 0 : WholeCharacters.Count(source.Text) - Limits.RowCharacters,
            Actor: null, source.Names, createdAt, createdAt, Version: 0, Holder: null, ClaimedAt: null, LeaseExpiresAt: null,
            AttemptsUsed: 0, MaxAttempts: null, Question: null, Progress: null, Reason: null, EndedAt: null);
    }

    /// <summary>The text around the first word that is found, on one line.</summary>
    private string Excerpt(WordSource source)
    {
        var text = new StringBuilder(source.Text.Length);
        foreach (var character in source.Text)
        {
            text.Append(char.IsControl(character) ? ' ' : character);
        }

        var line = text.ToString();
        var at = words.Select(word => line.IndexOf(word, StringComparison.OrdinalIgnoreCase)).Where(static place => place >= 0).DefaultIfEmpty(0).Min();
        var start = Math.Max(0, at - LeadingCharacters);
        return WholeCharacters.Take(WholeCharacters.From(line, start), Limits.ExcerptCharacters);
    }
}
