using System.Globalization;

namespace Backchannel.Native.Tests.Support.Postgres;

public sealed class PostgresServerTests
{
    [PostgresFact]
    public async Task What_was_committed_is_there_after_a_kill_and_after_a_stop()
    {
        await using var server = await PostgresServer.StartAsync("shared_buffers=16MB");
        await using var database = await server.CreateDatabaseAsync();
        await database.QueryAsync("CREATE TABLE t (a bigint); INSERT INTO t VALUES (1)");

        await server.KillAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => database.QueryAsync("SELECT a FROM t"));
        await server.StartAgainAsync();
        await database.QueryAsync("INSERT INTO t VALUES (2)");
        await server.StopAsync();
        await server.StartAgainAsync();

        Assert.Equal("1\n2", await database.QueryAsync("SELECT a FROM t ORDER BY a"));
    }

    [PostgresFact]
    public async Task The_port_asks_for_a_password_and_nothing_is_left_of_a_server_that_is_disposed()
    {
        var server = await PostgresServer.StartAsync("shared_buffers=16MB");
        var (wrong, right) = (await LogInAsync(server, "wrong"), await LogInAsync(server, PostgresServer.Password));

        await server.DisposeAsync();

        Assert.Contains("password authentication failed", wrong.Errors, StringComparison.Ordinal);
        Assert.Equal((0, "1\n"), (right.ExitCode, right.Output));
        Assert.False(Directory.Exists(server.Folder));
        Assert.Contains("refused", (await LogInAsync(server, PostgresServer.Password)).Errors, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task A_standby_has_what_its_primary_committed_and_takes_writes_once_it_is_promoted()
    {
        await using var primary = await PostgresServer.StartAsync("shared_buffers=16MB", "synchronous_standby_names=*", "synchronous_commit=local");
        await using var standby = await PostgresServer.StartStandbyAsync(primary, "shared_buffers=16MB");
        await primary.QueryAsync("postgres", "SET synchronous_commit = remote_apply; CREATE TABLE t AS SELECT 1 AS a");
        await primary.KillAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => standby.QueryAsync("postgres", "INSERT INTO t VALUES (2)"));
        await standby.PromoteAsync();
        await standby.QueryAsync("postgres", "SET synchronous_commit = local; INSERT INTO t VALUES (2)");

        Assert.Equal("1\n2", await standby.QueryAsync("postgres", "SELECT a FROM t ORDER BY a"));
    }

    private static Task<ProgramRun> LogInAsync(PostgresServer server, string password) => ProgramRun.RunAsync(
        PostgresPrograms.Path("psql"),
        ["-XAtq", "-h", "127.0.0.1", "-p", server.Port.ToString(CultureInfo.InvariantCulture), "-U", PostgresServer.Administrator, "-c", "SELECT 1", "postgres"],
        new Dictionary<string, string?> { ["PGPASSWORD"] = password });
}
