using System.Diagnostics;
using Backchannel.Native.Bus.Storage.Sqlite;
using Backchannel.Native.Cli;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Cli;

/// <summary>What <c>copy</c> refuses: nothing is changed then, and it says what to do.</summary>
public sealed class CopyCommandTests : IDisposable
{
    private readonly CliHome home = new();

    private string Original => home.PathOf("bus.db");

    private string Copied => home.PathOf("copy.db");

    [Theory]
    [InlineData("there is nothing to copy", "")]
    [InlineData("is damaged, or no database at all", "This is a text, and long enough to be more than the header of a database: no page begins like it.")]
    public async Task A_source_that_is_no_database_is_refused(string message, string content)
    {
        home.Write("bus.db", content);

        await AssertRefusedAsync(message);
    }

    [Fact]
    public async Task A_source_that_is_not_there_is_refused() => await AssertRefusedAsync($"There is no file {Original} to copy.");

    [Fact]
    public async Task A_folder_is_refused()
    {
        Directory.CreateDirectory(Original);

        await AssertRefusedAsync("is a folder. Name the database file in it.");
    }

    [Fact]
    public async Task A_database_of_another_program_is_refused()
    {
        Execute(Original, "CREATE TABLE bookmarks (url TEXT)");

        await AssertRefusedAsync("belongs to another program");
    }

    [Fact]
    public async Task A_newer_schema_is_refused_with_the_release_that_knows_it()
    {
        await MakeAsync(Original);
        Execute(Original, "PRAGMA user_version = 99; UPDATE settings SET name = 'release:9.9.9' WHERE name LIKE 'release:%'");

        await AssertRefusedAsync("Copy it with release 9.9.9.");
    }

    [Fact]
    public async Task An_older_schema_is_refused_with_the_way_to_the_newest()
    {
        Execute(Original, await File.ReadAllTextAsync(RepositoryRoot.Combine("Backchannel.Native.Tests", "Bus", "Storage", "Sqlite", "version-6.sql")));

        await AssertRefusedAsync($"has schema 6, of an earlier release; this release copies schema {Migrations.Latest}. Start this release on it once (backchannel-mcp serve --db {Original})");
    }

    [Fact]
    public async Task A_damaged_source_is_refused()
    {
        await MakeAsync(Original);
        DamagedFile.Make(Original, first: 2, step: 1);

        await AssertRefusedAsync("is damaged, or no database at all");
    }

    [Theory]
    [InlineData("a text")]
    [InlineData("a bus")]
    [InlineData("another program")]
    [InlineData("an older schema")]
    public async Task A_place_that_is_not_empty_is_left_as_it_is(string content)
    {
        await MakeAsync(Original);
        switch (content)
        {
            case "a text":
                home.Write("copy.db", "a text");
                break;
            case "a bus":
                await MakeAsync(Copied);
                break;
            case "another program":
                Execute(Copied, "CREATE TABLE bookmarks (url TEXT)");
                break;
            default:
                Execute(Copied, await File.ReadAllTextAsync(RepositoryRoot.Combine("Backchannel.Native.Tests", "Bus", "Storage", "Sqlite", "version-6.sql")));
                break;
        }

        var before = await File.ReadAllBytesAsync(Copied);
        var (exitCode, _, errors) = await RunAsync();

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains("is not empty, and a copy is never written over something", errors, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(Copied));
    }

    [Fact]
    public async Task A_place_that_a_bus_has_open_is_refused()
    {
        await MakeAsync(Original);
        await using var bus = await TestBus.StartAsync(options => options with { DatabasePath = Copied });

        var (exitCode, _, errors) = await RunAsync();

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains($"Another bus has {Copied} open", errors, StringComparison.Ordinal);
        Assert.Contains("name another one", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rests_of_another_database_at_the_place_are_not_taken_into_the_copy()
    {
        await MakeAsync(Original);
        home.Write("copy.db-wal", "the log of a database that was here");

        await AssertRefusedAsync($"{Copied}-wal belongs to a database that was at {Copied}");
        Assert.Equal("the log of a database that was here", home.Read("copy.db-wal"));
    }

    [UnixTheory]
    [InlineData("the same path")]
    [InlineData("a link")]
    [InlineData("a hard link")]
    public async Task One_file_under_two_names_is_refused(string kind)
    {
        await MakeAsync(Original);
        var other = kind == "the same path" ? Path.Combine(home.Folder, ".", "bus.db") : Copied;
        if (kind == "a link")
        {
            File.CreateSymbolicLink(other, Original);
        }
        else if (kind == "a hard link")
        {
            using var link = Process.Start("ln", [Original, other]);
            await link.WaitForExitAsync();
        }

        var (exitCode, _, errors) = await home.RunAsync("copy", "--from", Original, "--to", other);

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains("are one file", errors, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_link_to_where_nothing_is_leads_the_copy_there()
    {
        await MakeAsync(Original);
        File.CreateSymbolicLink(Copied, home.PathOf("elsewhere.db"));

        var (exitCode, _, _) = await RunAsync();

        Assert.Equal(ExitCode.Done, exitCode);
        Assert.Equal("ok", DatabaseFile.CheckIntegrity(home.PathOf("elsewhere.db")));
        Assert.NotNull(new FileInfo(Copied).LinkTarget);
    }

    [Theory]
    [InlineData("Option '--to' is required.", "--from", "a.db")]
    [InlineData("--to is empty", "--from", "a.db", "--to", "")]
    [InlineData("--to is a folder", "--from", "a.db", "--to", "folder/")]
    [InlineData("name the same database", "--from", "postgres://a@b/c", "--to", "postgres://a@b/c")]
    public async Task Both_places_have_to_be_named(string message, params string[] arguments)
    {
        var (exitCode, _, errors) = await home.RunAsync(["copy", .. arguments]);

        Assert.Equal(ExitCode.WrongUsage, exitCode);
        Assert.Contains(message, errors, StringComparison.Ordinal);
    }

    public void Dispose() => home.Dispose();

    private static void Execute(string file, string sql)
    {
        SQLitePCL.Batteries_V2.Init();
        using var connection = SqliteConnection.Open(file, create: true);
        connection.Execute(sql);
    }

    private static async Task MakeAsync(string file)
    {
        await using var bus = await TestBus.StartAsync(options => options with { DatabasePath = file });
        var caller = await BusCaller.MintAsync(bus, "a");
        await caller.PostAsync(await caller.CreateAsync("jobs"), "kept");
    }

    private Task<(int ExitCode, string Output, string Errors)> RunAsync() => home.RunAsync("copy", "--from", Original, "--to", Copied);

    private async Task AssertRefusedAsync(string message)
    {
        var (exitCode, output, errors) = await RunAsync();

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains(message, errors, StringComparison.Ordinal);
        Assert.StartsWith("backchannel-mcp: ", errors, StringComparison.Ordinal);
        Assert.False(File.Exists(Copied), output);
        Assert.False(File.Exists(Copied + "-copy"));
    }
}
