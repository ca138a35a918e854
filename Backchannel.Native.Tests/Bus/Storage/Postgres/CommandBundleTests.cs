using Backchannel.Native.Bus.Storage.Postgres;
using Backchannel.Native.Tests.Support.Postgres;
using PostgresServer = Backchannel.Native.Tests.Support.Postgres.PostgresServer;

namespace Backchannel.Native.Tests.Bus.Storage.Postgres;

/// <summary>Commands that run as one have the effect and the answers that they have one after the other.</summary>
public sealed class CommandBundleTests
{
    private const string Schema =
        """
        CREATE TABLE notes (number bigint PRIMARY KEY, text text COLLATE "C", body bytea, other bigint);
        CREATE TABLE marks (number bigint PRIMARY KEY, text text);
        """;

    private const string Insert = "INSERT INTO notes (number, text, body, other) VALUES (?, ?, ?, ?)";
    private const string Mark = "INSERT INTO marks (number, text) VALUES (?, ?)";
    private const string Find = "SELECT number, text, body, other FROM notes WHERE text = ? AND number < ? ORDER BY number DESC LIMIT 2";

    [PostgresFact]
    public async Task Values_of_many_executions_arrive_as_those_of_one()
    {
        string?[] texts = ["", " ", "NULL", "null", "a,b", "{}", "\"", "\\", "\\\"", "ü€😀", "x\ny\t", "\0", "\u0001", "\u0001\0", "'", "$1", null];
        byte[]?[] bodies = [[], [0], [0xff, 0x00, 0x22, 0x5c], null];
        await using var database = await NewDatabaseAsync();
        using var connection = Connect(database);
        for (var i = 0; i < texts.Length; i++)
        {
            Bind(connection, i, texts[i], bodies[i % bodies.Length], i % 3 == 0 ? null : long.MinValue + i).Run();
        }

        using var all = connection.Prepare("SELECT number, text, body, other FROM notes ORDER BY number");
        for (var i = 0; i < texts.Length; i++)
        {
            Assert.True(all.Step());
            Assert.Equal(texts[i], all.IsNull(1) ? null : all.Text(1));
            Assert.Equal(bodies[i % bodies.Length], all.IsNull(2) ? null : all.Bytes(2).ToArray());
            Assert.Equal(i % 3 == 0 ? (long?)null : long.MinValue + i, all.IsNull(3) ? (long?)null : all.Integer(3));
        }

        Assert.Equal(1, connection.RoundTrips);
    }

    [PostgresFact]
    public async Task A_column_that_is_null_in_all_executions_is_null()
    {
        await using var database = await NewDatabaseAsync();
        using var connection = Connect(database);
        Bind(connection, 1, null, null, null).Run();
        Bind(connection, 2, null, null, null).Run();
        connection.Send([]);

        // Now the second parameter is known to be a text.
        Bind(connection, 3, "x", null, null).Run();
        Bind(connection, 4, null, null, null).Run();
        connection.Send([]);

        Assert.Equal("1||\n2||\n3|x|\n4||", await database.QueryAsync("SELECT number, text, other FROM notes ORDER BY number"));
    }

    [PostgresFact]
    public async Task Inserts_that_leave_rows_as_they_are_run_as_one_and_leave_them()
    {
        await using var database = await NewDatabaseAsync();
        await database.QueryAsync("INSERT INTO marks VALUES (2, 'before')");
        using var connection = Connect(database);
        foreach (var (number, text) in ((long, string)[])[(1, "first"), (2, "second"), (1, "again"), (3, "third")])
        {
            connection.Prepare($"{Mark} ON CONFLICT DO NOTHING").Bind(number).Bind(text).Run();
        }

        connection.Send([]);

        Assert.Single(CommandBundle.Of([Optional(), Optional()]));
        Assert.Equal("1|first\n2|before\n3|third", await database.QueryAsync("SELECT number, text FROM marks ORDER BY number"));

        SqlCommand Optional() => new((PostgresStatement)connection.Prepare($"{Mark} ON CONFLICT DO NOTHING"), [SqlValue.Of(4), SqlValue.Of("fourth")]);
    }

    [PostgresFact]
    public async Task Each_query_gets_its_own_rows_in_its_own_order()
    {
        await using var database = await NewDatabaseAsync();
        await database.QueryAsync("INSERT INTO notes SELECT n, CASE WHEN n % 2 = 0 THEN 'even' ELSE 'odd' END FROM generate_series(1, 9) n");
        using var connection = Connect(database);

        var answers = connection.Send([Ask("odd", 100), Ask("none", 100), Ask("even", 7), Ask("odd", 100), Ask("even", 2)]);

        Assert.Equal(["9,7", "", "6,4", "9,7", ""], answers.Select(static rows => string.Join(',', Enumerable.Range(0, rows.Count).Select(row => rows[row, 0].Number))));

        SqlCommand Ask(string text, long below)
        {
            var find = connection.Prepare(Find).Bind(text).Bind(below);
            return new SqlCommand((PostgresStatement)find, [SqlValue.Of(text), SqlValue.Of(below)]);
        }
    }

    [PostgresFact]
    public async Task An_insert_joins_others_over_what_has_nothing_to_do_with_it_and_over_nothing_else()
    {
        await using var database = await NewDatabaseAsync();
        using var connection = Connect(database);
        var insert = Statement(connection, Insert);
        var mark = Statement(connection, Mark);
        var update = Statement(connection, "UPDATE notes SET other = 1 WHERE other = ?");
        SqlCommand note = new(insert, [SqlValue.Of(1), SqlValue.Null, SqlValue.Null, SqlValue.Null]);
        SqlCommand marked = new(mark, [SqlValue.Of(1), SqlValue.Null]);
        SqlCommand updated = new(update, [SqlValue.Of(1)]);
        SqlCommand own = new("COMMIT");

        Assert.Equal(2, CommandBundle.Of([note, marked, note, marked, note]).Count);
        Assert.Equal(4, CommandBundle.Of([note, marked, note, updated, marked, note]).Count);
        Assert.Equal(3, CommandBundle.Of([note, note, own, note]).Count);
        Assert.Equal(2, CommandBundle.Of([updated, updated]).Count);
    }

    [PostgresFact]
    public async Task The_rows_that_the_last_one_has_changed_are_those_of_it_alone()
    {
        await using var database = await NewDatabaseAsync();
        using var connection = Connect(database);
        Bind(connection, 1, "a", null, null).Run();
        Bind(connection, 2, "b", null, null).Run();

        Assert.Equal(1, connection.LastChanges);
    }

    private static async Task<PostgresDatabase> NewDatabaseAsync()
    {
        var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await database.QueryAsync(Schema);
        return database;
    }

    private static PostgresConnection Connect(PostgresDatabase database)
    {
        var connection = new PostgresConnection(PostgresAddress.Parse(database.Address, null).Connect());
        connection.Open();
        return connection;
    }

    private static Native.Bus.Storage.Engine.IStatement Bind(PostgresConnection connection, long number, string? text, byte[]? body, long? other)
    {
        var statement = connection.Prepare(Insert).Bind(number).Bind(text);
        statement = body is null ? statement.BindNull() : statement.BindBlob(body);
        return other is { } value ? statement.Bind(value) : statement.BindNull();
    }

    /// <summary>A statement whose parameters have been numbers before.</summary>
    private static PostgresStatement Statement(PostgresConnection connection, string sql)
    {
        var statement = connection.Prepare(sql);
        for (var i = 0; i < sql.Count(static letter => letter == '?'); i++)
        {
            statement.Bind(1);
        }

        statement.Dispose();
        return (PostgresStatement)statement;
    }
}
