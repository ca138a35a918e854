using Backchannel.Native.Cli;
using Backchannel.Native.Tests.Cli;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Postgres;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Bus.Storage.Copying;

/// <summary>Copies from a file into a database of PostgreSQL, and back.</summary>
public sealed class CopiedServerTests : IDisposable
{
    private readonly CliHome home = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero));

    private string Original => home.PathOf("bus.db");

    private string Back => home.PathOf("back.db");

    [PostgresFact]
    public async Task A_bus_answers_there_as_it_did_and_comes_back_unchanged()
    {
        var (full, before) = await FillAsync();
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();

        var there = await CopyAsync(Original, database.Address);
        var back = await CopyAsync(database.Address, Back);
        await using var bus = await StartAsync(database.Address);

        Assert.Contains("read back and found equal.", there, StringComparison.Ordinal);
        Assert.Contains("read back and found equal.", back, StringComparison.Ordinal);
        Assert.Equal(CopiedBusTests.Dump(Original), CopiedBusTests.Dump(Back));
        Assert.Equal(before, await full.On(bus).ReadAllAsync());
    }

    [PostgresFact]
    public async Task Numbers_times_and_counts_go_on_there()
    {
        var (full, _) = await FillAsync();
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await CopyAsync(Original, database.Address);
        await using var bus = await StartAsync(database.Address);
        var caller = full.On(bus).Alice;
        var newest = (await caller.SendAsync("GET", $"/v1/channels/{full.Jobs}/messages?limit=100")).Json.Text("next_cursor");

        await caller.CreateAsync("a new channel");
        await caller.PostAsync(full.Jobs, "after the copy");
        var rest = (await caller.SendAsync("GET", $"/v1/channels/{full.Jobs}/messages?cursor={Uri.EscapeDataString(newest)}")).Json.GetProperty("data");

        Assert.Equal("after the copy", Assert.Single(rest.EnumerateArray()).Text("content"));
        Assert.Equal("0", await database.QueryAsync("SELECT count(*) FROM channel_counts k WHERE messages <> (SELECT count(*) FROM messages m WHERE m.channel = k.channel)"));
    }

    [PostgresFact]
    public async Task A_database_with_something_in_it_is_left_as_it_is()
    {
        await FillAsync();
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await CopyAsync(Original, database.Address);
        var rows = await database.QueryAsync("SELECT count(*) FROM messages");

        var (exitCode, _, errors) = await home.RunAsync("copy", "--from", Original, "--to", database.Address);

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains("is not empty, and a copy is never written over something", errors, StringComparison.Ordinal);
        Assert.Equal(rows, await database.QueryAsync("SELECT count(*) FROM messages"));
    }

    [PostgresFact]
    public async Task A_database_with_a_table_of_another_program_is_left_as_it_is()
    {
        await FillAsync();
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await database.QueryAsync("CREATE TABLE mine (a int)");

        var (exitCode, _, errors) = await home.RunAsync("copy", "--from", Original, "--to", database.Address);

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains("is not empty, and a copy is never written over something", errors, StringComparison.Ordinal);
        Assert.Equal("1", await database.QueryAsync("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"));
    }

    [PostgresFact]
    public async Task A_database_that_a_bus_uses_is_no_place_for_a_copy()
    {
        await FillAsync();
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var bus = await StartAsync(database.Address);

        var (exitCode, _, errors) = await home.RunAsync("copy", "--from", Original, "--to", database.Address);

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains("A bus, or another copy, uses", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgres://user:secret-word@127.0.0.1:1/bus")]
    [InlineData("postgre://user:secret-word@127.0.0.1:1/bus")]
    [InlineData("postgres:/user:secret-word@127.0.0.1:1/bus")]
    [InlineData("mysql://user:secret-word@127.0.0.1/bus")]
    [InlineData("user:secret-word@127.0.0.1/bus")]
    [InlineData("postgresql:user:secret-word/bus")]
    [InlineData("postgres://user;secret-word@127.0.0.1:1/bus")]
    [InlineData("Host=127.0.0.1;Username=user;Password=secret-word")]
    [InlineData("host=127.0.0.1 user=user password=secret-word dbname=bus")]
    public async Task An_address_with_a_password_is_neither_used_nor_repeated(string address)
    {
        foreach (var arguments in (string[][])[["copy", "--from", address, "--to", Back], ["copy", "--from", Original, "--to", address], ["serve", "--db", address]])
        {
            var (exitCode, output, errors) = await home.RunAsync(arguments);

            Assert.NotEqual(ExitCode.Done, exitCode);
            Assert.DoesNotContain("secret-word", output + errors, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFileSystemEntries(home.PathOf("."), "*secret-word*", SearchOption.AllDirectories));
    }

    public void Dispose() => home.Dispose();

    private async Task<(FullBus Full, string Answers)> FillAsync()
    {
        await using var bus = await StartAsync(Original);
        var full = await FullBus.FillAsync(bus);
        return (full, await full.ReadAllAsync());
    }

    private Task<TestBus> StartAsync(string database) =>
        TestBus.StartAsync(options => options with { DatabasePath = database, AllowPrivateWebhooks = true }, time);

    private async Task<string> CopyAsync(string from, string to)
    {
        var (exitCode, output, errors) = await home.RunAsync("copy", "--from", from, "--to", to);
        Assert.Equal((ExitCode.Done, ""), (exitCode, errors));
        return output;
    }
}
