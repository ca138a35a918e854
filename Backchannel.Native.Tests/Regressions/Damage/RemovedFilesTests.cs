using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Regressions.Damage;

/// <summary>Files of a bus that are removed or replaced while it runs: nothing is acknowledged that would be lost.</summary>
public sealed class RemovedFilesTests : IAsyncLifetime
{
    private TestBus bus = null!;
    private BusCaller caller = null!;
    private string channel = null!;

    public async Task InitializeAsync()
    {
        bus = await TestBus.StartAsync();
        caller = await BusCaller.MintAsync(bus, "a");
        channel = await caller.CreateAsync("lane");
        await caller.PostAsync(channel, "before");
    }

    public async Task DisposeAsync() => await bus.DisposeAsync();

    [UnixTheory]
    [InlineData("")]
    [InlineData("-wal")]
    public async Task The_first_post_after_a_file_was_removed_is_refused(string suffix)
    {
        File.Delete(bus.DatabasePath + suffix);

        var refused = await PostAsync();

        Assert.Equal((503, "storage_unavailable"), (refused.Status, refused.Text("error")));
        Assert.Contains("removed or replaced", refused.Text("message"), StringComparison.Ordinal);
        Assert.DoesNotContain(bus.DatabasePath, refused.Body, StringComparison.Ordinal);
    }

    [UnixTheory]
    [InlineData("-shm")]
    [InlineData("-lock")]
    public async Task That_a_file_without_data_was_removed_is_noticed_too(string suffix)
    {
        File.Delete(bus.DatabasePath + suffix);

        await bus.Server.WaitUntilFilesGoneAsync(Deadline.Token());

        var refused = await PostAsync();
        Assert.Equal((503, "storage_unavailable"), (refused.Status, refused.Text("error")));
    }

    [UnixFact]
    public async Task The_status_says_that_the_bus_takes_nothing()
    {
        var caller = await BusCaller.MintAsync(bus, "b");
        var before = await caller.SendAsync("GET", "/status");
        File.Delete(bus.DatabasePath);
        await bus.Server.WaitUntilFilesGoneAsync(Deadline.Token());

        var after = await caller.SendAsync("GET", "/status");

        Assert.Equal((200, "operational", 200, "unavailable"), (before.Status, before.Text("status"), after.Status, after.Text("status")));
    }

    [UnixFact]
    public async Task The_first_post_after_another_database_was_moved_into_place_is_refused()
    {
        await using (var other = await TestBus.StartAsync())
        {
            File.Copy(other.DatabasePath, bus.DatabasePath + ".new");
        }

        File.Move(bus.DatabasePath + ".new", bus.DatabasePath, overwrite: true);

        var refused = await PostAsync();

        Assert.Equal((503, "storage_unavailable"), (refused.Status, refused.Text("error")));
    }

    [UnixFact]
    public async Task A_refused_post_is_not_kept_in_the_file_that_was_moved_away_either()
    {
        var aside = bus.DatabasePath + ".aside";
        File.Move(bus.DatabasePath, aside);
        await PostAsync();
        File.Move(aside, bus.DatabasePath);

        await bus.Server.StopAsync();

        Assert.Equal(["before"], DatabaseFile.QueryTexts(bus.DatabasePath, "SELECT content FROM messages"));
    }

    [UnixFact]
    public async Task While_nobody_writes_the_bus_notices_by_itself_and_logs_it_once()
    {
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(bus.DatabasePath)!))
        {
            File.Delete(file);
        }

        await bus.Server.WaitUntilFilesGoneAsync(Deadline.Token());
        var read = await caller.SendAsync("GET", $"/v1/channels/{channel}/messages");
        var health = await caller.SendAsync("GET", "/health");
        var written = await PostAsync();

        Assert.Equal((503, 503, 503), (read.Status, health.Status, written.Status));
        var line = Assert.Single(bus.Log, line => line.Contains("storage_fault", StringComparison.Ordinal));
        Assert.Contains(bus.DatabasePath, line, StringComparison.Ordinal);
        Assert.Contains("start the bus again", line, StringComparison.Ordinal);
    }

    private Task<BusAnswer> PostAsync() => caller.SendAsync("POST", $"/v1/channels/{channel}/messages", """{"content":"after"}""");
}
