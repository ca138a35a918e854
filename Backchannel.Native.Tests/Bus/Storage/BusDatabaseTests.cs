using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Storage.Sqlite;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Storage;

[Trait(TestDatabase.Trait, TestDatabase.Both)]
public sealed class BusDatabaseTests : IDisposable
{
    private readonly TestDatabase home = new();

    [Fact]
    public async Task What_was_written_is_there_after_opening_again()
    {
        using (var database = Open())
        {
            await database.Writes.RunAsync(context => AddKey(context, "bck_1"));
        }

        using var again = Open();

        Assert.NotNull(await again.ReadAsync(storage => storage.Keys.Find("bck_1")));
    }

    [Fact]
    public async Task A_write_that_is_refused_after_writing_leaves_nothing_and_spares_its_neighbours()
    {
        using var database = Open();
        var refused = database.Writes.RunAsync<bool>(context =>
        {
            AddKey(context, "bck_bad");
            throw new ApiException(409, "x", "refused late");
        });
        var neighbour = database.Writes.RunAsync(context => AddKey(context, "bck_good"));

        await Assert.ThrowsAsync<ApiException>(() => refused);
        await neighbour;

        Assert.Null(await database.ReadAsync(storage => storage.Keys.Find("bck_bad")));
        Assert.NotNull(await database.ReadAsync(storage => storage.Keys.Find("bck_good")));
    }

    [SqliteFact]
    public async Task A_read_runs_on_its_callers_thread_and_has_completed_when_it_returns()
    {
        using var database = Open();

        var read = database.ReadAsync(static _ => Environment.CurrentManagedThreadId);

        Assert.True(read.IsCompletedSuccessfully);
        Assert.Equal(Environment.CurrentManagedThreadId, await read);
    }

    [SqliteFact]
    public void A_newer_schema_is_refused_with_both_numbers_and_the_release_that_wrote_it()
    {
        using (var database = Open())
        {
        }

        using (var connection = SqliteConnection.Open(home.Path, create: false))
        {
            connection.Execute("PRAGMA user_version = 999; UPDATE settings SET name = 'release:99.1.0' WHERE name LIKE 'release:%'");
        }

        var refusal = Assert.Throws<NewerDatabaseException>(Open);

        Assert.Contains("schema 999", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("backchannel-mcp, 99.1.0, has written it", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"release {ProductVersion.Text}", refusal.Message, StringComparison.Ordinal);
    }

    [SqliteFact]
    public async Task All_its_files_are_readable_by_their_owner_only()
    {
        using var database = Open();
        await database.Writes.RunAsync(context => AddKey(context, "bck_1"));

        var files = Directory.GetFiles(Path.GetDirectoryName(home.Path)!);

        Assert.Equal(["bus.db", "bus.db-lock", "bus.db-shm", "bus.db-wal"], files.Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(files, file => Assert.True(
            OperatingSystem.IsWindows() || File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite), file));
    }

    [SqliteFact]
    public async Task What_is_promised_after_a_crash_is_asked_for_and_not_left_to_how_the_library_was_built()
    {
        using var database = Open();

        var settings = await database.Writes.RunAsync(context => string.Join(' ', new[] { "synchronous", "fullfsync", "checkpoint_fullfsync" }
            .Select(name => context.Storage.Connection.QueryInteger($"PRAGMA {name}"))));

        Assert.Equal("2 1 1", settings);
    }

    public void Dispose() => home.Dispose();

    private static bool AddKey(WriteContext context, string keyId)
    {
        context.Storage.Keys.Add(new ApiKeyRecord(keyId, [1], keyId, true, null), context.Now);
        return true;
    }

    private BusDatabase Open() => BusDatabase.Open(home.Path, TimeProvider.System, static _ => { });
}
