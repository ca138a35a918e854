namespace Backchannel.Native.Bus.Storage.Copying;

/// <summary>A table of the schema, and the statements that read all of it page by page and write it.</summary>
/// <remarks>The statements' texts are made once, because a connection keeps every text that it was given.</remarks>
internal sealed class CopiedTable
{
    /// <summary>Enough rows to make a page's cost that of its rows. The largest rows of these tables have some tens of thousands of bytes.</summary>
    private const int OrdinaryPage = 256;

    /// <param name="name">The table.</param>
    /// <param name="key">Its primary key: column names, with commas.</param>
    /// <param name="columns">All columns, with commas: a name alone is an integer, <c>name:text</c> a text and <c>name:blob</c> bytes.</param>
    /// <param name="page">Rows that are read at once.</param>
    /// <param name="condition">The rows that belong to the bus and not to the database that holds them; null: all.</param>
    public CopiedTable(string name, string key, string columns, int page = OrdinaryPage, string? condition = null)
    {
        Name = name;
        PageSize = page;
        Columns = [.. columns.Split(',', StringSplitOptions.TrimEntries).Select(Column)];
        Key = [.. key.Split(',', StringSplitOptions.TrimEntries).Select(part => Array.FindIndex(Columns, column => column.Name == part))];
        var names = string.Join(", ", Columns.Select(column => column.Name));
        var places = string.Join(", ", Key.Select(_ => "?"));
        var where = condition is null ? "" : $" WHERE {condition}";
        FirstPage = $"SELECT {names} FROM {name}{where} ORDER BY {key} LIMIT ?";
        NextPage = $"SELECT {names} FROM {name}{(condition is null ? " WHERE" : where + " AND")} ({key}) > ({places}) ORDER BY {key} LIMIT ?";
        AnyRow = $"SELECT 1 FROM {name}{where} LIMIT 1";
        CountRows = $"SELECT count(*) FROM {name}{where}";
        Insert = $"INSERT INTO {name} ({names}) VALUES ({string.Join(", ", Columns.Select(_ => "?"))})";
        IsNumbered = key == "number";
        LastNumber = $"SELECT coalesce(max({key.Split(',')[0]}), 0) FROM {name}";
    }

    public string Name { get; }

    public CopiedColumn[] Columns { get; }

    /// <summary>The places of the primary key's columns among <see cref="Columns"/>.</summary>
    public int[] Key { get; }

    public int PageSize { get; }

    /// <summary>Whether its key is a number that the engine gives.</summary>
    public bool IsNumbered { get; }

    /// <summary>Its parameter is the number of rows.</summary>
    public string FirstPage { get; }

    /// <summary>Its parameters are the key of the last row before the page, and the number of rows.</summary>
    public string NextPage { get; }

    /// <summary>Has a row unless the table is empty.</summary>
    public string AnyRow { get; }

    public string CountRows { get; }

    public string Insert { get; }

    /// <summary>The highest key of a numbered table; 0 for none.</summary>
    public string LastNumber { get; }

    private static CopiedColumn Column(string text) => text.Split(':') is [var name, var kind]
        ? new(name, kind == "blob" ? ColumnKind.Blob : ColumnKind.Text)
        : new(text, ColumnKind.Integer);
}
