using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Tests.Bus.Storage.Sqlite;

public sealed class SpaceReleaseTests : IDisposable
{
    private const string Fill =
        "CREATE TABLE ballast (x BLOB); WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO ballast SELECT randomblob(4000) FROM n";

    private readonly TemporaryFolder folder = new();
    private readonly BusDatabase database;

    public SpaceReleaseTests() => database = BusDatabase.Open(Database, TimeProvider.System, static _ => { });

    private string Database => folder.File("bus.db");

    [Fact]
    public async Task What_was_freed_is_given_back_to_the_disk_in_several_writes()
    {
        await ExecuteAsync(Fill);
        DatabaseFile.Execute(Database, "PRAGMA wal_checkpoint(PASSIVE)");
        var full = new FileInfo(Database).Length;
        await ExecuteAsync("DROP TABLE ballast");
        var writes = database.Writes.Count;

        await PassAsync();

        Assert.True(full > 4_000_000);
        Assert.True(new FileInfo(Database).Length < full / 4);
        Assert.True(database.Writes.Count - writes >= 5);
    }

    [Fact]
    public async Task A_little_free_space_is_kept_for_the_next_posts()
    {
        await ExecuteAsync(Fill);
        await ExecuteAsync("DELETE FROM ballast WHERE rowid % 10 = 0");
        var writes = database.Writes.Count;

        await PassAsync();

        Assert.Equal(writes, database.Writes.Count);
    }

    [Fact]
    public async Task Under_load_nothing_is_given_back()
    {
        await ExecuteAsync(Fill);
        await ExecuteAsync("DROP TABLE ballast");
        for (var i = 0; i < 200; i++)
        {
            await database.Writes.RunAsync(_ => true);
        }

        var writes = database.Writes.Count;

        await PassAsync();

        Assert.Equal(writes, database.Writes.Count);
    }

    [Fact]
    public async Task A_database_that_gave_its_memory_back_reads_and_writes_on()
    {
        await ExecuteAsync(Fill);
        for (var i = 0; i < 600; i++)
        {
            await database.Writes.RunAsync(_ => true);
        }

        await PassAsync("memory_release");
        await PassAsync("memory_release");
        await ExecuteAsync("DELETE FROM ballast WHERE rowid > 10");

        Assert.Equal(10, await database.ReadAsync(storage => storage.Connection.QueryInteger("SELECT count(*) FROM ballast")));
    }

    public void Dispose()
    {
        database.Dispose();
        folder.Dispose();
    }

    private Task PassAsync(string name = "space_release") =>
        database.Maintenance.Single(scheduled => scheduled.Pass.Name == name).Pass.RunAsync(CancellationToken.None);

    private Task<bool> ExecuteAsync(string sql) => database.Writes.RunAsync(context =>
    {
        context.Storage.Connection.Execute(sql);
        return true;
    });
}
