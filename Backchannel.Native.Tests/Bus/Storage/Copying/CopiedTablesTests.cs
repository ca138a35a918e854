using Backchannel.Native.Bus.Storage.Copying;
using Backchannel.Native.Bus.Storage.Sqlite;

namespace Backchannel.Native.Tests.Bus.Storage.Copying;

/// <summary>The list of what is copied is compared with the schema, so that no migration can forget it.</summary>
public sealed class CopiedTablesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly SqliteConnection connection;

    public CopiedTablesTests()
    {
        SQLitePCL.Batteries_V2.Init();
        connection = SqliteConnection.Open(folder.File("bus.db"), create: true);
        Migrations.Apply(connection);
    }

    [Fact]
    public void All_tables_of_the_schema_are_copied()
    {
        // The index of words is made anew from what is copied.
        var tables = Texts("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'words%'");

        Assert.Equal(tables.Order(), CopiedTables.All.Select(table => table.Name).Order());
    }

    [Fact]
    public void All_columns_of_the_schema_are_copied_as_what_they_are()
    {
        foreach (var table in CopiedTables.All)
        {
            var columns = Texts($"SELECT name || ' ' || type FROM pragma_table_info('{table.Name}')");
            var copied = table.Columns.Select(column => $"{column.Name} {column.Kind.ToString().ToUpperInvariant()}");

            Assert.Equal((table.Name, string.Join(", ", columns.Order())), (table.Name, string.Join(", ", copied.Order())));
        }
    }

    [Fact]
    public void Pages_go_by_the_primary_keys_of_the_schema()
    {
        foreach (var table in CopiedTables.All)
        {
            var key = Texts($"SELECT name FROM pragma_table_info('{table.Name}') WHERE pk > 0 ORDER BY pk");

            Assert.Equal((table.Name, string.Join(", ", key)), (table.Name, string.Join(", ", table.Key.Select(place => table.Columns[place].Name))));
        }
    }

    [Fact]
    public void A_page_is_found_in_the_index_of_the_key()
    {
        foreach (var table in CopiedTables.All)
        {
            var plan = string.Join("; ", Texts($"EXPLAIN QUERY PLAN {table.NextPage}", column: 3));

            Assert.StartsWith($"SEARCH {table.Name} USING ", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
        }
    }

    public void Dispose()
    {
        connection.Dispose();
        folder.Dispose();
    }

    private List<string> Texts(string sql, int column = 0)
    {
        using var query = connection.Prepare(sql);
        var texts = new List<string>();
        while (query.Step())
        {
            texts.Add(query.Text(column));
        }

        return texts;
    }
}
