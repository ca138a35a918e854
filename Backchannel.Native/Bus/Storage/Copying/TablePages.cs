using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage.Copying;

/// <summary>Reads a table in the order of its key, a page at a time, so that no engine ever holds more than a page of it in memory.</summary>
internal static class TablePages
{
    /// <param name="each">Called with every row.</param>
    /// <param name="endPage">Called after every page with the number of its rows.</param>
    public static void Read(ISqlConnection connection, CopiedTable table, Action<IStatement> each, Action<int> endPage)
    {
        var last = new object?[table.Key.Length];
        int rows;
        do
        {
            rows = ReadPage(connection, table, last, each);
            endPage(rows);
        }
        while (rows == table.PageSize);
    }

    private static int ReadPage(ISqlConnection connection, CopiedTable table, object?[] last, Action<IStatement> each)
    {
        using var query = connection.Prepare(last[0] is null ? table.FirstPage : table.NextPage);
        if (last[0] is not null)
        {
            foreach (var value in last)
            {
                _ = value is string text ? query.Bind(text) : query.Bind((long)value!);
            }
        }

        query.Bind((long)table.PageSize);
        var rows = 0;
        while (query.Step())
        {
            each(query);
            if (++rows == table.PageSize)
            {
                for (var i = 0; i < last.Length; i++)
                {
                    last[i] = table.Columns[table.Key[i]].Kind == ColumnKind.Integer ? query.Integer(table.Key[i]) : query.Text(table.Key[i]);
                }
            }
        }

        return rows;
    }
}
