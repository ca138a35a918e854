namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>What a transaction has written so far, to tell whether an answer from its beginning still holds.</summary>
internal sealed class WrittenRows
{
    private readonly Dictionary<string, Table> tables = [];

    public void Clear() => tables.Clear();

    public void Add(IReadOnlyList<RowSet> written, IReadOnlyList<SqlValue> values)
    {
        foreach (var rows in written)
        {
            if (!tables.TryGetValue(rows.Table, out var table))
            {
                tables.Add(rows.Table, table = new Table());
            }

            table.Writes++;
            foreach (var (column, parameter) in rows.Keys)
            {
                table.Add(column, values[parameter]);
            }
        }
    }

    /// <summary>Whether one of these rows may have been written.</summary>
    public bool MayTouch(IReadOnlyList<RowSet> read, IReadOnlyList<SqlValue> values)
    {
        foreach (var rows in read)
        {
            if (tables.TryGetValue(rows.Table, out var table) && !rows.Keys.Any(key => table.IsElsewhere(key.Key, values[key.Value])))
            {
                return true;
            }
        }

        return false;
    }

    private sealed class Table
    {
        private readonly Dictionary<string, (int Writes, HashSet<SqlValue> Values)> columns = [];

        public int Writes { get; set; }

        public void Add(string column, SqlValue value)
        {
            if (!columns.TryGetValue(column, out var known))
            {
                known = (0, []);
            }

            known.Values.Add(value);
            columns[column] = (known.Writes + 1, known.Values);
        }

        /// <summary>Whether every write so far had another value in this column.</summary>
        public bool IsElsewhere(string column, SqlValue value) =>
            columns.TryGetValue(column, out var known) && known.Writes == Writes && !known.Values.Contains(value);
    }
}
