using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Tests.Client;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tools;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Tools;

/// <summary>Files that are sent from the folders that the client declared.</summary>
public sealed class FileRootsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string home;
    private readonly string working;
    private readonly string root;

    public FileRootsTests()
    {
        (home, working, root) = (folder.File("home"), folder.File("home/project"), folder.File("home/other"));
        foreach (var path in (string[])["project/a.txt", "project/.hidden/tree/a.txt", "other/sub/a.txt", "other/.env", "other/.git/config", "beside/a.txt"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(home, path))!);
            File.WriteAllText(Path.Combine(home, path), "x");
        }
    }

    private string Beside => Path.Combine(home, "beside", "a.txt");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_file_in_a_root_is_sent_and_one_beside_it_is_not()
    {
        await using var bus = await TestBus.StartAsync();

        var sent = await SendAsync(bus, [Path.Combine(root, "sub", "a.txt"), "../other/sub/a.txt", "a.txt"], root);
        var refused = await RefusedAsync(bus, Beside, root);

        Assert.Equal(3, sent!.Count);
        Assert.Contains("outside of the folders", refused, StringComparison.Ordinal);
        Assert.Contains($"below {working} or {root}", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_is_asked_for_files_of_the_working_folder_and_nothing_is_sent_before_the_answer()
    {
        await using var bus = await TestBus.StartAsync();
        await using var connection = new BusConnection(ClientTest.Options(new Uri(bus.BaseUrl)), TimeProvider.System);
        var call = new ToolCall(null, null) { ListRootsAsync = static _ => throw new InputRequiredException() };

        await Assert.ThrowsAsync<InputRequiredException>(() => Sending().PrepareAsync(new(connection), ["a.txt", Beside], call, default));
        var uploads = DatabaseFile.QueryInteger(bus.DatabasePath, "SELECT count(*) FROM uploads");

        Assert.Equal(0, uploads);
        Assert.Single((await Sending().PrepareAsync(new(connection), ["a.txt"], call, default))!);
    }

    [UnixFact]
    public async Task The_fences_of_the_working_folder_stand_around_a_root_too()
    {
        await using var bus = await TestBus.StartAsync();
        File.CreateSymbolicLink(Path.Combine(root, "link.txt"), Beside);
        Directory.CreateSymbolicLink(Path.Combine(root, "way"), Path.Combine(home, "beside"));
        Assert.Equal(0, (await ProgramRun.RunAsync("ln", [Beside, Path.Combine(root, "hard.txt")])).ExitCode);

        Assert.Contains("hidden", await RefusedAsync(bus, Path.Combine(root, ".env"), root), StringComparison.Ordinal);
        Assert.Contains("hidden", await RefusedAsync(bus, Path.Combine(root, ".git", "config"), root), StringComparison.Ordinal);
        Assert.Contains("is a link", await RefusedAsync(bus, Path.Combine(root, "link.txt"), root), StringComparison.Ordinal);
        Assert.Contains("through a link", await RefusedAsync(bus, Path.Combine(root, "way", "a.txt"), root), StringComparison.Ordinal);
        Assert.Contains("more than one name", await RefusedAsync(bus, Path.Combine(root, "hard.txt"), root), StringComparison.Ordinal);
        Assert.Contains("no regular file", await RefusedAsync(bus, Path.Combine(root, "sub"), root), StringComparison.Ordinal);
        Assert.Contains("outside", await RefusedAsync(bus, Path.Combine(root, "..", "beside", "a.txt"), root), StringComparison.Ordinal);
    }

    [UnixTheory]
    [InlineData("/")]
    [InlineData("home")]
    [InlineData("home/")]
    [InlineData("")]
    [InlineData("link-to-home")]
    [InlineData("missing")]
    [InlineData("home/beside/a.txt")]
    [InlineData("home/other/.git")]
    [InlineData("home/project")]
    public async Task A_root_that_is_too_wide_or_hidden_or_no_other_folder_counts_as_none(string declared)
    {
        await using var bus = await TestBus.StartAsync();
        Directory.CreateSymbolicLink(folder.File("link-to-home"), home);

        var refused = await RefusedAsync(bus, Beside, declared == "/" ? declared : folder.File(declared));

        Assert.EndsWith($"Copy it below {working} if it may be sent.", refused, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_root_that_is_a_link_is_the_folder_where_it_leads()
    {
        await using var bus = await TestBus.StartAsync();
        Directory.CreateSymbolicLink(folder.File("shortcut"), root);

        Assert.Single((await SendAsync(bus, [Path.Combine(root, "sub", "a.txt")], folder.File("shortcut")))!);
        Assert.Single((await SendAsync(bus, [folder.File("shortcut/sub/a.txt")], folder.File("shortcut")))!);
    }

    [Fact]
    public async Task A_root_below_a_hidden_part_of_the_working_folder_is_meant()
    {
        await using var bus = await TestBus.StartAsync();

        Assert.Contains("hidden", await RefusedAsync(bus, ".hidden/tree/a.txt"), StringComparison.Ordinal);
        Assert.Single((await SendAsync(bus, [".hidden/tree/a.txt"], Path.Combine(working, ".hidden", "tree")))!);
    }

    [Fact]
    public async Task Without_a_working_folder_the_roots_count_alone()
    {
        await using var bus = await TestBus.StartAsync();
        await using var connection = new BusConnection(ClientTest.Options(new Uri(bus.BaseUrl)), TimeProvider.System);
        var sending = new FileSending(new(null, home));

        Assert.Single((await sending.PrepareAsync(new(connection), [Path.Combine(root, "sub", "a.txt")], Call(new([root])), default))!);
        var refused = await Assert.ThrowsAsync<ToolException>(() => sending.PrepareAsync(new(connection), ["sub/a.txt"], Call(new([root])), default));

        Assert.Contains("is relative", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"below {root}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_does_not_tell_its_roots_is_named_in_the_refusal()
    {
        await using var bus = await TestBus.StartAsync();

        var refused = await RefusedAsync(bus, Beside, new RootList([], "did not answer"));

        Assert.Contains("The client did not answer, so none of its roots counts.", refused, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\0.txt")]
    [InlineData("/home/me\0/a.txt")]
    [InlineData("")]
    [InlineData("~/a.txt")]
    public async Task A_path_that_can_name_no_file_is_refused(string path)
    {
        await using var bus = await TestBus.StartAsync();

        Assert.Contains("Nothing was sent.", await RefusedAsync(bus, path, root), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_roots_a_refusal_names_some()
    {
        await using var bus = await TestBus.StartAsync();
        var roots = Enumerable.Range(0, 60).Select(number => Directory.CreateDirectory(folder.File($"root-{number:00}")).FullName).ToArray();

        var refused = await RefusedAsync(bus, Beside, roots);

        Assert.Contains("root-06", refused, StringComparison.Ordinal);
        Assert.DoesNotContain("root-07", refused, StringComparison.Ordinal);
    }

    private static ToolCall Call(RootList roots) => new(null, null) { ListRootsAsync = _ => Task.FromResult(roots) };

    private FileSending Sending() => new(new(working, home));

    private Task<string> RefusedAsync(TestBus bus, string path, params string[] roots) => RefusedAsync(bus, path, new RootList(roots));

    private async Task<string> RefusedAsync(TestBus bus, string path, RootList roots) =>
        (await Assert.ThrowsAsync<ToolException>(() => SendAsync(bus, [path], roots))).Message;

    private Task<IReadOnlyList<FileReference>?> SendAsync(TestBus bus, IReadOnlyList<string> paths, params string[] roots) =>
        SendAsync(bus, paths, new RootList(roots));

    private async Task<IReadOnlyList<FileReference>?> SendAsync(TestBus bus, IReadOnlyList<string> paths, RootList roots)
    {
        await using var connection = new BusConnection(ClientTest.Options(new Uri(bus.BaseUrl)), TimeProvider.System);
        return await Sending().PrepareAsync(new(connection), paths, Call(roots), default).Within();
    }
}
