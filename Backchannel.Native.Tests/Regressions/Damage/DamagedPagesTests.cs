using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Cli;
using Backchannel.Native.Tests.Cli;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Regressions.Damage;

/// <summary>A bus whose database file was damaged while it did not run.</summary>
public sealed class DamagedPagesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    /// <summary>Of each message; a page that has it belongs to the messages, and no start reads it.</summary>
    private static readonly string Content = new('k', 1500);

    private string Database => folder.File("bus.db");

    [Fact]
    public async Task Who_meets_the_damage_is_told_and_from_then_on_nothing_is_taken()
    {
        await using var bus = await StartDamagedAsync();

        var read = await ReadUntilRefusedAsync(bus.Caller);
        var written = await bus.Caller.SendAsync("POST", "/v1/channels/lane/messages", """{"content":"after"}""");
        var health = await bus.Caller.SendAsync("GET", "/health");

        Assert.All(new[] { read, written, health }, answer => Assert.Equal((503, "storage_damaged"), (answer.Status, answer.Text("error"))));
        Assert.Contains("restore a backup", read.Text("message"), StringComparison.Ordinal);
        var line = Assert.Single(bus.Bus.Log, line => line.Contains("storage_fault", StringComparison.Ordinal));
        Assert.Contains(Database, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_finds_the_damage_before_anybody_meets_it()
    {
        await using var bus = await StartDamagedAsync();

        BusAnswer health;
        do
        {
            await Task.Yield();
            health = await bus.Caller.SendAsync("GET", "/health");
        }
        while (health.Status == 200);

        Assert.Equal((503, "storage_damaged"), (health.Status, health.Text("error")));
    }

    [Fact]
    public async Task The_doctor_fails_and_says_what_to_do()
    {
        await using var bus = await StartDamagedAsync();
        await ReadUntilRefusedAsync(bus.Caller);
        using var home = new CliHome { Clock = TimeProvider.System };

        var (exitCode, output, _) = await home.RunAsync("doctor", "--base-url", bus.Bus.BaseUrl);

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Matches("failed +bus +The bus's database is damaged", output);
        Assert.Contains("restore a backup", output, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task That_the_damaged_files_are_moved_away_is_noticed()
    {
        await using var bus = await StartDamagedAsync();
        await ReadUntilRefusedAsync(bus.Caller);

        File.Move(Database, Database + ".damaged");

        await bus.Bus.Server.WaitUntilFilesGoneAsync(Deadline.Token());
        Assert.Equal("storage_damaged", (await bus.Caller.SendAsync("GET", "/health")).Text("error"));
    }

    [Fact]
    public async Task A_write_that_meets_the_damage_takes_the_writes_beside_it_along()
    {
        await FillAsync();
        DamagedFile.Make(Database, first: 1, step: 4, Content);
        using var database = BusDatabase.Open(Database, TimeProvider.System, static _ => { });
        var meeting = database.Writes.RunAsync(context => context.Storage.Connection.QueryInteger("SELECT sum(length(content)) FROM messages"));
        var neighbour = database.Writes.RunAsync(context =>
        {
            context.Storage.Settings.SetMintingOpen(false);
            return true;
        });

        await Assert.ThrowsAnyAsync<Exception>(() => meeting);
        var refused = await Assert.ThrowsAsync<UnusableDatabaseException>(() => database.Writes.RunAsync(_ => true));
        await Task.WhenAny(neighbour);

        Assert.Equal("storage_damaged", refused.Fault.Code);
    }

    [Fact]
    public async Task A_file_that_is_damaged_where_a_start_reads_is_explained()
    {
        await FillAsync();
        DamagedFile.Make(Database, first: 1, step: 1);
        using var home = new CliHome { Clock = TimeProvider.System };

        var (exitCode, _, errors) = await home.RunAsync("serve", "--listen", "127.0.0.1:0", "--db", Database);

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains($"{Database} is damaged", errors, StringComparison.Ordinal);
        Assert.Contains("backup", errors, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private async Task<string> FillAsync()
    {
        await using var bus = await TestBus.StartAsync(options => options with { DatabasePath = Database });
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        for (var i = 0; i < 200; i++)
        {
            await caller.PostAsync(channel, $"{i} {Content}");
        }

        Key = (caller.Key, caller.KeyId);
        return channel;
    }

    private (string Key, string Id) Key { get; set; }

    private async Task<DamagedBus> StartDamagedAsync()
    {
        await FillAsync();
        DamagedFile.Make(Database, first: 1, step: 4, Content);
        var bus = await TestBus.StartAsync(options => options with { DatabasePath = Database });
        return new(bus, new BusCaller(bus, Key.Key, Key.Id));
    }

    private static async Task<BusAnswer> ReadUntilRefusedAsync(BusCaller caller)
    {
        var cursor = "";
        while (true)
        {
            var page = await caller.SendAsync("GET", $"/v1/channels/lane/messages?limit=50{cursor}");
            if (page.Status != 200)
            {
                return page;
            }

            cursor = $"&cursor={Uri.EscapeDataString(page.Text("next_cursor"))}";
        }
    }

    private sealed record DamagedBus(TestBus Bus, BusCaller Caller) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Bus.DisposeAsync();
    }
}
