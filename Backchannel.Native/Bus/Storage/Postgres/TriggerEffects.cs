namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>What the schema's triggers write when a statement writes a table.</summary>
internal static class TriggerEffects
{
    /// <summary>Stands for two columns of <c>channel_counts</c>, which an ack changes: whoever reads the others need not mind it.</summary>
    private const string AckTimes = "channel_counts.timed_acks";

    private static readonly HashSet<string> AckColumns = ["timed_acks", "claim_to_ack"];

    /// <summary>The columns of a message that count in its channel.</summary>
    private static readonly HashSet<string> Counted = ["expires_at", "holder", "acked", "claimed_at"];

    /// <summary>What goes with a message.</summary>
    private static readonly string[] Parts = ["dependencies", "tasks", "attempts", "notes", "message_files", "words_gone", "traces"];

    /// <summary>What a statement reads besides the tables that it names.</summary>
    public static IEnumerable<RowSet> ReadBy(IEnumerable<SqlToken> tokens) =>
        tokens.Any(static token => AckColumns.Contains(token.Text)) ? [RowSet.All(AckTimes)] : [];

    /// <summary>What is written, and what triggers write with it.</summary>
    /// <param name="rows">What the statement itself writes.</param>
    /// <param name="verb"><c>insert</c>, <c>update</c> or <c>delete</c>.</param>
    /// <param name="assigned">The columns that an update sets.</param>
    public static IEnumerable<RowSet> With(RowSet rows, string verb, IReadOnlySet<string> assigned) => rows.Table switch
    {
        "channels" when verb != "update" => [rows, RowSet.All("channel_counts")],
        "acks" => [rows, RowSet.All(AckTimes)],
        "archive" when verb == "delete" => [rows, RowSet.All("message_files"), RowSet.All("words_gone")],
        "messages" => [rows, .. OfMessages(rows, verb, assigned)],
        _ => [rows],
    };

    private static IEnumerable<RowSet> OfMessages(RowSet rows, string verb, IReadOnlySet<string> assigned)
    {
        if (verb != "update" || assigned.Overlaps(Counted))
        {
            // A message is counted in its channel.
            yield return rows.Keys.TryGetValue("channel", out var channel)
                ? new RowSet("channel_counts", new Dictionary<string, int> { ["channel"] = channel })
                : RowSet.All("channel_counts");
        }

        if (verb == "delete")
        {
            foreach (var part in Parts)
            {
                yield return RowSet.All(part);
            }
        }
        else if (verb == "update" && assigned.Contains("state"))
        {
            yield return RowSet.All("dependencies");
        }
    }
}
