using System.Diagnostics;
using Backchannel.Native.Bus.Storage.Sqlite;

namespace Backchannel.Native.Tests.EndToEnd.Serving;

/// <summary><c>serve --compact</c> of the published file, killed in the middle of its work.</summary>
public sealed class CompactionTests : IDisposable
{
    private const int Kept = 2_000;

    private readonly TemporaryFolder folder = new();

    private string Database => folder.File("bus.db");

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    [InlineData(0.9)]
    [InlineData(1)]
    public async Task Killed_at_any_moment_it_leaves_a_whole_file(double progress)
    {
        MakeOld();
        using (var process = Start())
        {
            await process.StandardOutput.ReadLineAsync(Deadline.Token());
            while (!process.HasExited && Written() < progress)
            {
                await Task.Yield();
            }

            process.Kill();
            await process.WaitForExitAsync(Deadline.Token());
        }

        Assert.Equal(Kept, DatabaseFile.QueryInteger(Database, "SELECT count(*) FROM settings WHERE length(name) = 4000"));
        Assert.Equal("ok", DatabaseFile.CheckIntegrity(Database));

        var again = await NativeCommand.RunAsync(new Dictionary<string, string>(), "serve", "--compact", "--db", Database);

        Assert.Equal((0, ""), (again.ExitCode, again.Errors));
        Assert.Equal(Kept, DatabaseFile.QueryInteger(Database, "SELECT count(*) FROM settings WHERE length(name) = 4000"));
        Assert.Equal("ok", DatabaseFile.CheckIntegrity(Database));
        Assert.Equal(0, DatabaseFile.QueryInteger(Database, "PRAGMA freelist_count"));
        Assert.Equal(SqliteConnection.IncrementalVacuum, DatabaseFile.QueryInteger(Database, "PRAGMA auto_vacuum"));
        Assert.Equal(["bus.db", "bus.db-lock"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    public void Dispose() => folder.Dispose();

    private Process Start() => Process.Start(new ProcessStartInfo(PublishedExecutable.Path, ["serve", "--compact", "--db", Database])
    {
        RedirectStandardOutput = true,
    })!;

    /// <summary>How much of what is kept stands in the log of the transaction.</summary>
    private double Written() =>
        new FileInfo(Database + "-wal") is { Exists: true } log ? log.Length / (Kept * 4_000.0) : 0;

    /// <summary>A file as it was made before there was incremental vacuum, half of it free.</summary>
    private void MakeOld()
    {
        SQLitePCL.Batteries_V2.Init();
        using var connection = SqliteConnection.Open(Database, create: true);
        connection.Execute("PRAGMA auto_vacuum = NONE; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF");
        Migrations.Apply(connection);
        connection.Execute(
            $"WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Kept}) INSERT INTO settings (name) SELECT hex(randomblob(2000)) FROM n");
        connection.Execute(
            $"CREATE TABLE ballast (x BLOB); WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Kept}) INSERT INTO ballast SELECT randomblob(4000) FROM n; DROP TABLE ballast");
    }
}
