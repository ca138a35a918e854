using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Cli;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Postgres;

namespace Backchannel.Native.Tests.Bus.Storage.Postgres.Faults;

/// <summary>A database in which no bus can live: whoever starts one is told what is wrong and what to do, and nothing in it is changed.</summary>
public sealed class UnfitDatabaseTests
{
    private const string WrongPassword = "sesame-of-nobody";

    [PostgresFact]
    public async Task A_wrong_password_is_told_without_it()
    {
        var server = await PostgresServer.SharedAsync();

        var fault = await StartAsync(server.NetworkAddressOf(PostgresServer.Administrator) + "?sslmode=disable", WrongPassword);

        Assert.Contains("password authentication failed for user \"postgres\" (28P01)", fault.Cause, StringComparison.Ordinal);
        Assert.Contains("PGPASSWORD", fault.Advice, StringComparison.Ordinal);
        Assert.DoesNotContain(WrongPassword, fault.ToString(), StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task A_database_that_is_not_there_and_a_server_that_is_not_there_are_told()
    {
        var server = await PostgresServer.SharedAsync();

        var missing = await StartAsync(server.AddressOf("nothing_here"));
        var silent = await StartAsync("postgres://a@127.0.0.1:1/b?sslmode=disable");

        Assert.Contains("database \"nothing_here\" does not exist (3D000)", missing.Cause, StringComparison.Ordinal);
        Assert.Contains("Connection refused", silent.Cause, StringComparison.Ordinal);
        Assert.All([missing, silent], fault => Assert.Contains("Look at the database server", fault.Advice, StringComparison.Ordinal));
    }

    [PostgresFact]
    public async Task A_user_without_rights_is_told_which()
    {
        var server = await PostgresServer.SharedAsync();
        await using var database = await server.CreateDatabaseAsync();
        var user = $"poor_{Guid.NewGuid():n}";
        await database.QueryAsync($"CREATE ROLE {user} LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC");

        var fault = await StartAsync(server.AddressOf(database.Name, user));

        await database.QueryAsync($"DROP ROLE {user}");
        Assert.Contains("permission denied for schema public (42501)", fault.Cause, StringComparison.Ordinal);
        Assert.Contains("right to create tables", fault.Advice, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task A_user_without_rights_on_the_tables_of_a_bus_is_told_so()
    {
        var server = await PostgresServer.SharedAsync();
        await using var database = await server.CreateDatabaseAsync();
        await (await TestBus.StartAsync(options => options with { DatabasePath = database.Address })).DisposeAsync();
        var user = $"few_{Guid.NewGuid():n}";
        await database.QueryAsync($"CREATE ROLE {user} LOGIN");

        var fault = await StartAsync(server.AddressOf(database.Name, user));

        await database.QueryAsync($"DROP ROLE {user}");
        Assert.Contains("permission denied for table schema_version (42501)", fault.Cause, StringComparison.Ordinal);
    }

    [PostgresTheory]
    [InlineData("CREATE TABLE schema_version (version text); CREATE TABLE writer (last int)", "table schema_version that belongs to another program")]
    [InlineData("CREATE TABLE events (a int); CREATE TABLE answers (a int)", "table events that belongs to another program")]
    [InlineData("CREATE TABLE messages (a int)", "table messages that belongs to another program")]
    [InlineData("CREATE TABLE schema_version (version text)", "table schema_version that belongs to another program")]
    [InlineData("CREATE TABLE words (a int)", "belongs to another program: relation \"words\" already exists")]
    [InlineData("CREATE VIEW writer AS SELECT 1 AS last", "table writer that belongs to another program")]
    public async Task Tables_of_another_program_are_left_alone(string table, string expected)
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await database.QueryAsync(table);
        const string Tables = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v') ORDER BY 1";
        var before = await database.QueryAsync(Tables);

        var fault = await StartAsync(database.Address);

        Assert.Contains(expected, fault.Cause, StringComparison.Ordinal);
        Assert.Equal(before, await database.QueryAsync(Tables));
    }

    [PostgresFact]
    public async Task A_newer_schema_is_left_alone_and_its_release_named()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using (await TestBus.StartAsync(options => options with { DatabasePath = database.Address }))
        {
        }

        await database.QueryAsync("UPDATE schema_version SET version = 99, release = '9.8.7'");

        var fault = await StartAsync(database.Address);

        Assert.Contains("schema 99", fault.Cause, StringComparison.Ordinal);
        Assert.Contains("release 9.8.7", fault.Cause + fault.Advice, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task A_server_that_is_too_old_is_told()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        // The only server here is new: a function of the same name tells another version.
        await database.QueryAsync(
            """
            CREATE SCHEMA old;
            CREATE FUNCTION old.current_setting(name text) RETURNS text LANGUAGE sql AS
                $$ SELECT CASE name WHEN 'server_version_num' THEN '120022' ELSE pg_catalog.current_setting(name) END $$;
            """);
        await database.QueryAsync($"ALTER DATABASE {database.Name} SET search_path = old, pg_catalog, public");

        var fault = await StartAsync(database.Address);

        Assert.Contains("This PostgreSQL has version 12; a bus needs version", fault.Cause, StringComparison.Ordinal);
        Assert.Equal("0", await database.QueryAsync("SELECT count(*) FROM pg_class WHERE relname = 'writer'"));
    }

    [PostgresFact]
    public async Task A_database_with_another_encoding_is_told()
    {
        var server = await PostgresServer.SharedAsync();
        var name = $"latin_{Guid.NewGuid():n}";
        await server.QueryAsync(PostgresServer.Administrator, $"CREATE DATABASE {name} ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0");
        await using var database = new PostgresDatabase(server, name);

        var fault = await StartAsync(database.Address);

        Assert.Contains("does not hold UTF-8", fault.Cause, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task A_standby_is_refused_at_the_start()
    {
        await using var primary = await PostgresServer.StartAsync("shared_buffers=16MB");
        await using var standby = await PostgresServer.StartStandbyAsync(primary, "shared_buffers=16MB");

        var fault = await StartAsync(standby.AddressOf(PostgresServer.Administrator));

        Assert.Contains("takes no writes: it is a standby", fault.Cause, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task A_database_that_takes_no_writes_any_more_refuses_them_and_goes_on_by_itself()
    {
        await using var bus = await FrontedBus.StartAsync();
        await SetReadOnlyAsync(bus, "on");

        var refused = await bus.RefusedAsync();

        Assert.Equal((503, "storage_unavailable", "1"), (refused.Status, refused.Text("error"), refused.Header("Retry-After")));
        Assert.Contains("nothing was kept", refused.Text("message"), StringComparison.Ordinal);
        Assert.Equal(200, (await bus.Caller.SendAsync("GET", $"/v1/channels/{bus.Channel}/messages")).Status);
        await bus.RefusedAsync();
        Assert.Single(bus.Logged("database_read_only"));
        Assert.Empty(bus.Logged("fault"));
        Assert.Equal("unavailable", (await bus.Caller.SendAsync("GET", "/status")).Text("status"));
        var ready = await bus.Caller.SendAsync("GET", "/readyz");
        Assert.Equal((503, "postgresql, not writable"), (ready.Status, ready.Header("X-Backchannel-Database")));
        await SetReadOnlyAsync(bus, "off");
        await bus.RepeatAsync(() => bus.PostAsync("after", "key"));
        Assert.Equal("after", await bus.ContentsAsync());
    }

    [SmallDiskFact]
    public async Task A_full_disk_refuses_writes_that_need_room_and_is_no_damage()
    {
        if (PostgresServer.Obstacle is not null)
        {
            return;
        }

        using var disk = new SmallDisk(16);
        var owner = PostgresPrograms.User!.Value;
        await ProgramRun.RunAsync("chown", [$"{owner.Name}:{owner.Group}", disk.Path]);
        // One of its own: while a disk is full, no checkpoint of the server succeeds, and other databases cannot be dropped.
        await using var server = await PostgresServer.StartAsync("fsync=off");
        const string Name = "small";
        await server.QueryAsync(PostgresServer.Administrator, $"CREATE TABLESPACE {Name} LOCATION '{disk.Path}'");
        await server.QueryAsync(PostgresServer.Administrator, $"CREATE DATABASE {Name} TABLESPACE {Name}");
        await using var bus = await TestBus.StartAsync(options => options with { DatabasePath = server.AddressOf(Name) });
        var caller = await BusCaller.MintAsync(bus, "a");
        var path = $"/v1/channels/{await caller.CreateAsync("lane")}/messages";
        // Does not become small by compression.
        var body = $$"""{"content":"{{Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(4_900))}}"}""";
        var kept = 0;
        BusAnswer answer;
        while ((answer = await caller.SendAsync("POST", path, body, Guid.NewGuid().ToString())).Status == 201)
        {
            kept++;
        }

        Assert.Equal((503, "storage_unavailable"), (answer.Status, answer.Text("error")));
        Assert.Contains("nothing was kept", answer.Text("message"), StringComparison.Ordinal);
        Assert.True(bus.Log.Any(line => line.Contains("(53100)", StringComparison.Ordinal)), string.Join("\n", bus.Log.TakeLast(5)));
        Assert.Equal($"{kept}", await server.QueryAsync(Name, "SELECT count(*) FROM messages"));
        Assert.Equal(200, (await caller.SendAsync("GET", path + "?limit=1")).Status);
        await ProgramRun.RunAsync("mount", ["-o", "remount,size=40m", disk.Path]);
        Assert.Equal(201, (await caller.SendAsync("POST", path, body, Guid.NewGuid().ToString())).Status);
    }

    /// <summary>Holds for new connections; the bus makes some.</summary>
    private static async Task SetReadOnlyAsync(FrontedBus bus, string value)
    {
        var server = await PostgresServer.SharedAsync();
        await server.QueryAsync(PostgresServer.Administrator, $"ALTER DATABASE {bus.DatabaseName} SET default_transaction_read_only = {value}");
        await server.QueryAsync(
            PostgresServer.Administrator,
            $"SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity WHERE datname = '{bus.DatabaseName}' AND application_name = 'backchannel-mcp'");
    }

    /// <returns>What whoever starts a bus by hand is told.</returns>
    private static async Task<StartFault> StartAsync(string address, string? password = null)
    {
        BusOptions? used = null;
        var failure = await Record.ExceptionAsync(() => TestBus.StartAsync(options => used = options with { DatabasePath = address, DatabasePassword = password }));
        Assert.NotNull(failure);
        return StartFault.Of(failure, used!);
    }
}
