using Backchannel.Native.Bus.Storage.Sqlite;
using Backchannel.Native.Cli;
using Backchannel.Native.Tests.Cli;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Storage.Sqlite;

public sealed class CompactionTests : IDisposable
{
    private readonly CliHome home = new() { Clock = TimeProvider.System };

    private string Database => home.PathOf("bus.db");

    [Fact]
    public async Task A_file_of_before_becomes_small_and_gives_space_back_from_then_on()
    {
        await MakeOldAsync();
        var before = new FileInfo(Database).Length;

        var (exitCode, output, _) = await home.RunAsync("serve", "--compact", "--db", Database);

        Assert.Equal(ExitCode.Done, exitCode);
        Assert.Contains($"compacting {Database}: ", output, StringComparison.Ordinal);
        Assert.Contains("done in ", output, StringComparison.Ordinal);
        Assert.True(new FileInfo(Database).Length < before / 4);
        Assert.Equal(SqliteConnection.IncrementalVacuum, DatabaseFile.QueryInteger(Database, "PRAGMA auto_vacuum"));
        Assert.Equal("ok", DatabaseFile.CheckIntegrity(Database));
        Assert.Equal(["bus.db", "bus.db-lock"], Directory.GetFiles(home.Folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task What_a_bus_kept_is_there_after_compacting()
    {
        await MakeOldAsync();

        await home.RunAsync("serve", "--compact", "--db", Database);

        Assert.Equal(["kept 0", "kept 1", "kept 2"], DatabaseFile.QueryTexts(Database, "SELECT content FROM messages ORDER BY content"));
    }

    [Fact]
    public async Task A_file_that_a_bus_has_open_is_left_alone()
    {
        await using var bus = await TestBus.StartAsync(options => options with { DatabasePath = Database });

        var (exitCode, output, errors) = await home.RunAsync("serve", "--compact", "--db", Database);

        Assert.Equal((ExitCode.Failed, ""), (exitCode, output));
        Assert.Contains($"Another bus has {Database} open", errors, StringComparison.Ordinal);
        Assert.Contains("Stop it first", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_needs_to_be_told_which_file()
    {
        var (exitCode, _, errors) = await home.RunAsync("serve", "--compact");

        Assert.Equal(ExitCode.WrongUsage, exitCode);
        Assert.Contains("--compact needs --db", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_not_made()
    {
        var (exitCode, _, errors) = await home.RunAsync("serve", "--compact", "--db", Database);

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains(Database, errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(home.Folder));
    }

    [Fact]
    public async Task Too_small_a_disk_is_told_before_anything_is_written()
    {
        await MakeOldAsync();
        using var compaction = Compaction.Open(Database);

        var refusal = Assert.Throws<IOException>(() => compaction.RequireRoom((compaction.Size - compaction.Free) * 2 - 1));

        Assert.Contains("MB left", refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose() => home.Dispose();

    /// <summary>A file as it was made before there was incremental vacuum, most of it free.</summary>
    private async Task MakeOldAsync()
    {
        SQLitePCL.Batteries_V2.Init();
        using (var connection = SqliteConnection.Open(Database, create: true))
        {
            connection.Execute("PRAGMA auto_vacuum = NONE; PRAGMA journal_mode = WAL");
            Migrations.Apply(connection);
        }

        await using (var bus = await TestBus.StartAsync(options => options with { DatabasePath = Database }))
        {
            var caller = await BusCaller.MintAsync(bus, "a");
            var kept = await caller.CreateAsync("kept");
            for (var i = 0; i < 3; i++)
            {
                await caller.PostAsync(kept, $"kept {i}");
            }
        }

        using var rest = SqliteConnection.Open(Database, create: false);
        rest.Execute("CREATE TABLE ballast (x BLOB); WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO ballast SELECT randomblob(8000) FROM n; DROP TABLE ballast");
    }
}
