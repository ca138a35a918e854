using Backchannel.Native.Bus.Storage.Copying;
using Backchannel.Native.Bus.Storage.Sqlite;
using Backchannel.Native.Cli;
using Backchannel.Native.Tests.Cli;
using Backchannel.Native.Tests.Support.Buses;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Bus.Storage.Copying;

/// <summary>A bus on a copy goes on where the bus of the original ended.</summary>
public sealed class CopiedBusTests : IDisposable
{
    private readonly CliHome home = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero));

    private string Original => home.PathOf("bus.db");

    private string Copied => home.PathOf("new/copy.db");

    [Fact]
    public async Task It_answers_every_request_as_the_original_did()
    {
        var (full, before) = await FillAsync();
        await CopyAsync();

        await using var bus = await StartAsync(Copied);

        Assert.Equal(before, await full.On(bus).ReadAllAsync());
        Assert.DoesNotContain(": 500\n", before, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_has_all_rows_and_the_same_schema_and_the_original_is_unchanged()
    {
        await FillAsync();
        // What a bus leaves for moments only.
        DatabaseFile.Execute(Original, "INSERT INTO crowded_channels VALUES (1); INSERT INTO minutes VALUES (1, 2, 3, 4); INSERT INTO settings VALUES ('minting_closed')");
        var before = await File.ReadAllBytesAsync(Original);

        var output = await CopyAsync();

        Assert.All(CopiedTables.All, table => Assert.Contains($"  {table.Name} ", output, StringComparison.Ordinal));
        Assert.Equal(Dump(Original), Dump(Copied));
        Assert.Equal(before, await File.ReadAllBytesAsync(Original));
        Assert.Equal("ok", DatabaseFile.CheckIntegrity(Copied));
        Assert.Equal(["copy.db", "copy.db-lock"], Directory.GetFiles(Path.GetDirectoryName(Copied)!).Select(Path.GetFileName).Order());
        Assert.Contains("read back and found equal.", output, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task It_can_be_read_by_its_owner_only()
    {
        await FillAsync();

        await CopyAsync();

#pragma warning disable CA1416 // The test runs on Unix only.
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Copied));
#pragma warning restore CA1416
    }

    [Fact]
    public async Task Kept_answers_and_leases_hold()
    {
        var (full, _) = await FillAsync();
        await CopyAsync();
        await using var bus = await StartAsync(Copied);
        var copy = full.On(bus);

        var posted = await copy.PostAgainAsync();
        var claimed = await copy.ClaimAgainAsync();
        var renewed = await copy.Bob.SendAsync("POST", $"/v1/leases/{full.Lease}/heartbeat", """{"lease_seconds":60}""");
        var taken = await copy.Alice.SendAsync("POST", $"/v1/messages/{full.Held}/claim", "{}");

        Assert.Equal((full.Kept.Status, full.Kept.Body, "true"), (posted.Status, posted.Body, posted.Header("X-Idempotent-Replay")));
        Assert.Equal(full.Claimed.Json.GetProperty("lease").Text("lease_token"), claimed.Json.GetProperty("lease").Text("lease_token"));
        Assert.Equal((200, 409), (renewed.Status, taken.Status));
    }

    /// <summary>The clock of the second bus is an hour behind that of the first.</summary>
    [Fact]
    public async Task A_cursor_of_before_misses_nothing_and_finds_nothing_twice()
    {
        var (full, _) = await FillAsync();
        await CopyAsync();
        await using var bus = await StartAsync(Copied, new FakeTimeProvider(time.GetUtcNow() - TimeSpan.FromHours(1)));
        var caller = full.On(bus).Alice;
        var page = (await caller.SendAsync("GET", $"/v1/channels/{full.Jobs}/messages?limit=3")).Json;
        var cursor = page.Text("next_cursor");
        var all = (await caller.SendAsync("GET", $"/v1/channels/{full.Jobs}/messages?limit=100")).Json;

        await caller.PostAsync(full.Jobs, "after the copy");
        var rest = (await caller.SendAsync("GET", $"/v1/channels/{full.Jobs}/messages?limit=100&cursor={Uri.EscapeDataString(cursor)}")).Json;

        var before = all.GetProperty("data").EnumerateArray().Skip(3).Select(message => message.Text("id"));
        var found = rest.GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(before, found.SkipLast(1).Select(message => message.Text("id")));
        Assert.Equal("after the copy", found[^1].Text("content"));
        Assert.True(string.CompareOrdinal(found[^1].Text("created_at"), all.Text("next_cursor")) > 0);
    }

    [Fact]
    public async Task Numbers_of_deleted_channels_are_not_given_again()
    {
        await using (var bus = await StartAsync(Original))
        {
            var caller = await BusCaller.MintAsync(bus, "a");
            await caller.CreateAsync("kept");
            await caller.SendAsync("DELETE", $"/v1/channels/{await caller.CreateAsync("gone")}");
        }

        await CopyAsync();
        await using (var bus = await StartAsync(Copied))
        {
            await (await BusCaller.MintAsync(bus, "b")).CreateAsync("new");
        }

        Assert.Equal(3, DatabaseFile.QueryInteger(Copied, "SELECT number FROM channels WHERE name = 'new'"));
    }

    [Fact]
    public async Task Counts_go_on_from_the_copied_ones()
    {
        var (full, _) = await FillAsync();
        await CopyAsync();
        await using var bus = await StartAsync(Copied);
        var caller = full.On(bus).Alice;
        var before = (await caller.SendAsync("GET", $"/v1/channels/{full.Jobs}/metrics")).Json.GetProperty("message_counts").GetProperty("total").GetInt32();

        await caller.PostAsync(full.Jobs, "one more");

        Assert.Equal(before + 1, (await caller.SendAsync("GET", $"/v1/channels/{full.Jobs}/metrics")).Json.GetProperty("message_counts").GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task A_copy_of_more_than_a_page_has_every_row_once()
    {
        await using (var bus = await StartAsync(Original))
        {
            var caller = await BusCaller.MintAsync(bus, "a");
            var channel = await caller.CreateAsync("jobs");
            await Task.WhenAll(Enumerable.Range(0, 600).Select(i => caller.PostAsync(channel, $"{i}")));
        }

        var output = await CopyAsync();

        Assert.Matches("  messages +600\n", output);
        Assert.Equal(600, DatabaseFile.QueryInteger(Copied, "SELECT count(DISTINCT content) FROM messages"));
    }

    [Fact]
    public async Task A_running_bus_can_be_copied_as_it_is_at_the_beginning()
    {
        await using var bus = await StartAsync(Original);
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("jobs");
        await caller.PostAsync(channel, "before");

        var output = await CopyAsync();
        await caller.PostAsync(channel, "after");

        Assert.Contains("A bus has the source open", output, StringComparison.Ordinal);
        Assert.Equal(["before"], DatabaseFile.QueryTexts(Copied, "SELECT content FROM messages"));
    }

    [Fact]
    public async Task A_new_bus_without_data_may_be_the_place_of_a_copy()
    {
        await FillAsync();
        await (await StartAsync(Copied)).DisposeAsync();

        await CopyAsync();

        Assert.Equal(Dump(Original), Dump(Copied));
    }

    public void Dispose() => home.Dispose();

    internal static List<string> Dump(string file)
    {
        using var connection = SqliteConnection.Open(file, create: false);
        List<string> tables = [.. DatabaseFile.QueryTexts(file, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")];
        var dump = DatabaseFile.QueryTexts(file, "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY type, name");
        foreach (var table in tables.Where(table => table is not "sqlite_sequence"))
        {
            var columns = DatabaseFile.QueryTexts(file, $"SELECT name FROM pragma_table_info('{table}')");
            var values = string.Join(" || '|' || ", columns.Select(column => $"quote({column})"));
            dump.AddRange(DatabaseFile.QueryTexts(file, $"SELECT '{table} ' || {values} FROM {table} ORDER BY 1"));
        }

        return dump;
    }

    private async Task<(FullBus Full, string Answers)> FillAsync()
    {
        await using var bus = await StartAsync(Original);
        var full = await FullBus.FillAsync(bus);
        return (full, await full.ReadAllAsync());
    }

    private Task<TestBus> StartAsync(string database, TimeProvider? clock = null) => TestBus.StartAsync(
        options => options with { DatabasePath = database, AllowPrivateWebhooks = true }, clock ?? time);

    private async Task<string> CopyAsync()
    {
        var (exitCode, output, errors) = await home.RunAsync("copy", "--from", Original, "--to", Copied);
        Assert.Equal((ExitCode.Done, ""), (exitCode, errors));
        return output;
    }
}
