namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>What the schema's triggers write when a statement writes a table.</summary>
internal static class TriggerEffects
{
    /// <summary>The tables that triggers on a table write.</summary>
    public static IReadOnlyDictionary<string, string[]> Tables { get; } = new Dictionary<string, string[]>
    {
        ["channels"] = ["channel_counts"],
        ["messages"] = ["channel_counts", "dependencies", "tasks", "attempts", "notes", "message_files"],
        ["acks"] = ["channel_counts"],
        ["archive"] = ["message_files"],
    };

    /// <summary>What is written, and what triggers write with it.</summary>
    /// <param name="rows">What the statement itself writes.</param>
    /// <param name="verb"><c>insert</c>, <c>update</c> or <c>delete</c>.</param>
    public static IEnumerable<RowSet> With(RowSet rows, string verb)
    {
        yield return rows;
        foreach (var table in Tables.GetValueOrDefault(rows.Table) ?? [])
        {
            if (rows.Table != "messages")
            {
                yield return RowSet.All(table);
            }
            else if (table == "channel_counts")
            {
                // A message is counted in its channel.
                yield return rows.Keys.TryGetValue("channel", out var channel)
                    ? new RowSet(table, new Dictionary<string, int> { ["channel"] = channel })
                    : RowSet.All(table);
            }
            else if (verb == "delete" || (verb == "update" && table == "dependencies"))
            {
                yield return RowSet.All(table);
            }
        }
    }
}
