namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>Rows of a table: those in which each of some columns has the value of a parameter.</summary>
/// <param name="Keys">Column and place of the parameter; empty: all rows.</param>
internal sealed record RowSet(string Table, IReadOnlyDictionary<string, int> Keys)
{
    public static RowSet All(string table) => new(table, new Dictionary<string, int>());
}
