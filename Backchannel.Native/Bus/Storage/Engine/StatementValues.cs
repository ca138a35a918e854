namespace Backchannel.Native.Bus.Storage.Engine;

/// <summary>Values that every engine stores alike: flags are 0 and 1, an absent value is null.</summary>
internal static class StatementValues
{
    public static IStatement Bind(this IStatement statement, long? value) => value is { } number ? statement.Bind(number) : statement.BindNull();

    public static IStatement Bind(this IStatement statement, bool value) => statement.Bind(value ? 1L : 0L);

    public static bool Flag(this IStatement row, int column) => row.Integer(column) != 0;

    public static int Int32(this IStatement row, int column) => (int)row.Integer(column);

    public static long? OptionalInteger(this IStatement row, int column) => row.IsNull(column) ? null : row.Integer(column);

    public static int? OptionalInt32(this IStatement row, int column) => row.IsNull(column) ? null : row.Int32(column);

    public static string? OptionalText(this IStatement row, int column) => row.IsNull(column) ? null : row.Text(column);

    /// <summary>What <paramref name="read"/> makes of each row that is left.</summary>
    public static List<T> All<T>(this IStatement query, Func<IStatement, T> read)
    {
        var values = new List<T>();
        while (query.Step())
        {
            values.Add(read(query));
        }

        return values;
    }
}
