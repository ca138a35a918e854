using System.Diagnostics;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Storage.Sqlite;
using Backchannel.Native.Cli;
using Backchannel.Native.Tests.Cli;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Storage.Sqlite;

/// <summary>Whose database it is, and that a bus has it for itself.</summary>
public sealed class DatabaseOwnerTests : IDisposable
{
    private readonly CliHome home = new() { Clock = TimeProvider.System };

    public DatabaseOwnerTests() => SQLitePCL.Batteries_V2.Init();

    private string Database => home.PathOf("bus.db");

    [UnixFact]
    public async Task A_folder_in_the_databases_place_is_named_as_one()
    {
        using var folder = new TemporaryFolder();

        var (exitCode, _, errors) = await home.RunAsync("serve", "--listen", "127.0.0.1:0", "--db", folder.Path);

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains($"{folder.Path} is a folder, and a database is a file.", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CREATE TABLE channels (id TEXT); CREATE TABLE messages (id TEXT); CREATE TABLE message_events (id TEXT); CREATE TABLE audit_messages (id TEXT)", "reference server")]
    [InlineData("CREATE TABLE notes (id TEXT); PRAGMA user_version = 1", "another program")]
    [InlineData("CREATE TABLE messages (id TEXT)", "another program")]
    [InlineData("CREATE TABLE channels (id TEXT); CREATE TABLE messages (id TEXT); CREATE TABLE api_keys (id TEXT)", "not of this bus's form")]
    public async Task A_database_of_another_program_is_named_as_such_and_not_touched(string schema, string owner)
    {
        using (var connection = SqliteConnection.Open(Database, create: true))
        {
            connection.Execute(schema);
        }

        var before = await File.ReadAllBytesAsync(Database);

        foreach (var more in (string[][])[["--listen", "127.0.0.1:0"], ["--compact"]])
        {
            var (exitCode, _, errors) = await home.RunAsync(["serve", "--db", Database, .. more]);

            Assert.Equal(ExitCode.Failed, exitCode);
            Assert.Contains(owner, errors, StringComparison.Ordinal);
            Assert.Equal(before, await File.ReadAllBytesAsync(Database));
        }
    }

    [Fact]
    public async Task A_second_bus_on_one_file_is_refused_with_a_sentence()
    {
        await using var bus = await TestBus.StartAsync(options => options with { DatabasePath = Database });

        var (exitCode, _, errors) = await home.RunAsync("serve", "--listen", "127.0.0.1:0", "--db", Database);

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains($"Another bus has {Database} open", errors, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_second_bus_that_comes_by_a_link_is_refused_too()
    {
        await using var bus = await TestBus.StartAsync(options => options with { DatabasePath = Database });
        File.CreateSymbolicLink(home.PathOf("link.db"), Database);

        var (exitCode, _, errors) = await home.RunAsync("serve", "--listen", "127.0.0.1:0", "--db", home.PathOf("link.db"));

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains("Another bus has", errors, StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task A_second_bus_that_comes_by_a_hard_link_is_refused_too()
    {
        await using var bus = await TestBus.StartAsync(options => options with { DatabasePath = Database });
        Process.Start("ln", [Database, home.PathOf("hard.db")]).WaitForExit();

        var (exitCode, _, errors) = await home.RunAsync("serve", "--listen", "127.0.0.1:0", "--db", home.PathOf("hard.db"));

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains("Another bus has", errors, StringComparison.Ordinal);
    }

    [UnixTheory]
    [InlineData("mkfifo", "a FIFO")]
    [InlineData("mkdir", "a folder")]
    [InlineData("ln -s elsewhere", "a link")]
    public async Task What_is_no_file_in_the_place_of_the_lock_is_named_and_left(string command, string type)
    {
        Process.Start("sh", ["-c", $"{command} '{Database}-lock'"]).WaitForExit();

        var (exitCode, _, errors) = await home.RunAsync("serve", "--listen", "127.0.0.1:0", "--db", Database);

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains($"{Database}-lock is {type}", errors, StringComparison.Ordinal);
        Assert.False(File.Exists(home.PathOf("elsewhere")));
    }

    [Fact]
    public async Task A_start_waits_for_a_bus_that_is_stopping()
    {
        var first = await TestBus.StartAsync(options => options with { DatabasePath = Database });

        var second = TestBus.StartAsync(options => options with { DatabasePath = Database, DatabasePatience = Deadline.Time });
        await first.DisposeAsync();

        await using var started = await second.WaitAsync(Deadline.Time);
        Assert.Equal(200, (await new BusCaller(started, "", "").SendAsync("GET", "/health")).Status);
    }

    [Fact]
    public void A_database_that_was_closed_is_free_again()
    {
        for (var i = 0; i < 2; i++)
        {
            using var database = BusDatabase.Open(Database, TimeProvider.System, static _ => { });
        }
    }

    public void Dispose() => home.Dispose();
}
