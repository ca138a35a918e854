using System.Diagnostics;
using Backchannel.Native.Client;
using Backchannel.Native.Files;
using Backchannel.Native.Mcp;
using Backchannel.Native.Tests.Client;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Servers;
using Backchannel.Native.Tools;

namespace Backchannel.Native.Tests.Tools;

public sealed class FileSendingTests : IDisposable
{
    private const string Secret = "the secret";

    private readonly TemporaryFolder folder = new();
    private readonly string home;
    private readonly string working;
    private readonly string outside;

    public FileSendingTests()
    {
        (home, working, outside) = (folder.File("home"), folder.File("home/project"), folder.File("elsewhere"));
        Directory.CreateDirectory(Path.Combine(working, "sub"));
        Directory.CreateDirectory(outside);
        File.WriteAllText(Path.Combine(working, "sub", "a.txt"), "hello");
        File.WriteAllText(Path.Combine(outside, "a.txt"), Secret);
        File.WriteAllText(Path.Combine(home, "a.txt"), Secret);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Files_below_the_working_folder_are_uploaded_by_relative_and_by_full_path()
    {
        await using var bus = await TestBus.StartAsync();
        await using var connection = new BusConnection(ClientTest.Options(new Uri(bus.BaseUrl)), TimeProvider.System);
        await File.WriteAllBytesAsync(Path.Combine(working, "picture.png"), [1, 2, 3]);

        var files = await Sending().PrepareAsync(new(connection), ["sub/a.txt", Path.Combine(working, "picture.png"), "sub/../sub/a.txt", "sub/a.txt/", "sub/a.txt/."], new ToolCall(null, null), default);

        Assert.Equal([("a.txt", "text/plain", 5), ("picture.png", "image/png", 3), ("a.txt", "text/plain", 5), ("a.txt", "text/plain", 5), ("a.txt", "text/plain", 5)], files!.Select(file => (file.Name, file.MediaType!, (int)file.Bytes)));
        Assert.Equal("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", files![0].Sha256);
    }

    [Fact]
    public async Task Nothing_to_send_asks_nobody()
    {
        await using var connection = new BusConnection(ClientTest.Options(new Uri("http://127.0.0.1:1")), TimeProvider.System);

        Assert.Null(await Sending().PrepareAsync(new(connection), null, new ToolCall(null, null), default));
        Assert.Null(await Sending().PrepareAsync(new(connection), [], new ToolCall(null, null), default));
    }

    [Theory]
    [InlineData("../a.txt", "outside")]
    [InlineData("../../elsewhere/a.txt", "outside")]
    [InlineData("sub/../../a.txt", "outside")]
    [InlineData("/etc/passwd", "outside")]
    [InlineData("missing.txt", "does not exist")]
    [InlineData("sub", "no regular file")]
    [InlineData(".env", "hidden")]
    [InlineData("sub/.git/config", "hidden")]
    [InlineData("sub/a.txt/b", "no folder")]
    public async Task What_lies_elsewhere_or_is_hidden_or_is_no_file_is_refused(string path, string reason)
    {
        await using var bus = await TestBus.StartAsync();

        Assert.Contains(reason, await RefusedAsync(bus, path), StringComparison.Ordinal);
        Assert.Equal(0, DatabaseFile.QueryInteger(bus.DatabasePath, "SELECT count(*) FROM uploads"));
    }

    [UnixFact]
    public async Task Links_hard_links_and_pipes_are_refused()
    {
        await using var bus = await TestBus.StartAsync();
        File.CreateSymbolicLink(Path.Combine(working, "link.txt"), Path.Combine(outside, "a.txt"));
        File.CreateSymbolicLink(Path.Combine(working, "inner.txt"), Path.Combine(working, "sub", "a.txt"));
        Directory.CreateSymbolicLink(Path.Combine(working, "way"), outside);
        await RunAsync("ln", Path.Combine(outside, "a.txt"), Path.Combine(working, "hard.txt"));
        await RunAsync("mkfifo", Path.Combine(working, "pipe"));

        Assert.Contains("is a link", await RefusedAsync(bus, "link.txt"), StringComparison.Ordinal);
        Assert.Contains("is a link", await RefusedAsync(bus, "inner.txt"), StringComparison.Ordinal);
        Assert.Contains("through a link", await RefusedAsync(bus, "way/a.txt"), StringComparison.Ordinal);
        Assert.Contains("more than one name", await RefusedAsync(bus, "hard.txt"), StringComparison.Ordinal);
        Assert.Contains("no regular file", await RefusedAsync(bus, "pipe"), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_folder_that_is_swapped_for_a_link_all_the_time_never_gives_a_file_from_elsewhere()
    {
        var (sub, aside) = (Path.Combine(working, "sub"), Path.Combine(working, "aside"));
        using var stop = new CancellationTokenSource();
        var swapping = Task.Factory.StartNew(Swap, TaskCreationOptions.LongRunning);
        var (opened, refused) = (0, 0);
        var watch = Stopwatch.StartNew();
        while ((opened < 2_000 || refused < 2_000) && watch.Elapsed < Deadline.Time)
        {
            try
            {
                using var file = ConfinedFile.Open(working, ["sub", "a.txt"], static _ => false);
                using var reader = new StreamReader(file.Read());
                Assert.Equal("hello", await reader.ReadToEndAsync());
                opened++;
            }
            catch (FileRefusedException)
            {
                refused++;
            }
        }

        await stop.CancelAsync();
        await swapping;
        Assert.True(opened >= 2_000 && refused >= 2_000, $"{opened} opened, {refused} refused");

        void Swap()
        {
            while (!stop.IsCancellationRequested)
            {
                Directory.Move(sub, aside);
                File.CreateSymbolicLink(sub, outside);
                File.Delete(sub);
                Directory.Move(aside, sub);
            }
        }
    }

    [UnixFact]
    public async Task A_file_that_is_swapped_for_a_link_all_the_time_never_gives_another_one()
    {
        var (path, aside) = (Path.Combine(working, "sub", "a.txt"), Path.Combine(working, "sub", "b.txt"));
        using var stop = new CancellationTokenSource();
        var swapping = Task.Factory.StartNew(Swap, TaskCreationOptions.LongRunning);
        var (opened, refused) = (0, 0);
        var watch = Stopwatch.StartNew();
        while ((opened < 2_000 || refused < 2_000) && watch.Elapsed < Deadline.Time)
        {
            try
            {
                using var file = ConfinedFile.Open(working, ["sub", "a.txt"], static _ => false);
                using var reader = new StreamReader(file.Read());
                Assert.Equal("hello", await reader.ReadToEndAsync());
                opened++;
            }
            catch (FileRefusedException)
            {
                refused++;
            }
        }

        await stop.CancelAsync();
        await swapping;
        Assert.True(opened >= 2_000 && refused >= 2_000, $"{opened} opened, {refused} refused");

        void Swap()
        {
            while (!stop.IsCancellationRequested)
            {
                File.Move(path, aside);
                File.CreateSymbolicLink(path, Path.Combine(outside, "a.txt"));
                File.Delete(path);
                File.Move(aside, path);
            }
        }
    }

    [UnixTheory]
    [InlineData("/")]
    [InlineData("home")]
    [InlineData(".")]
    [InlineData("link-to-home")]
    [InlineData("home/.config")]
    public async Task A_working_folder_that_is_too_wide_or_hidden_counts_as_none(string start)
    {
        await using var bus = await TestBus.StartAsync();
        Directory.CreateSymbolicLink(folder.File("link-to-home"), home);
        Directory.CreateDirectory(Path.Combine(home, ".config"));
        var wide = start == "/" ? start : Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder.File(start)));
        await File.WriteAllTextAsync(Path.Combine(start == "/" ? folder.Path : wide, "b.txt"), Secret);
        var path = Path.Combine(start == "/" ? folder.Path : wide, "b.txt");

        var refused = await RefusedAsync(bus, path, new FileFolders(wide, home));

        Assert.Contains("outside", refused, StringComparison.Ordinal);
        Assert.Contains("ask the user to start the client in a project's folder", refused, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_path_through_another_name_of_the_working_folder_is_the_same_file()
    {
        await using var bus = await TestBus.StartAsync();
        await using var connection = new BusConnection(ClientTest.Options(new Uri(bus.BaseUrl)), TimeProvider.System);
        Directory.CreateSymbolicLink(folder.File("shortcut"), home);

        var files = await Sending().PrepareAsync(new(connection), [folder.File("shortcut/project/sub/a.txt")], new ToolCall(null, null), default);

        Assert.Equal(5, Assert.Single(files!).Bytes);
    }

    [Fact]
    public async Task Eleven_files_and_a_bus_that_takes_none_are_told()
    {
        await using var bus = await TestBus.StartAsync();
        await using var plain = Server(_ => Reply.Json(200, HealthJson));
        await using var connection = plain.Connect();

        Assert.Contains("takes 10 files", await RefusedAsync(bus, [.. Enumerable.Repeat("sub/a.txt", 11)], Folders), StringComparison.Ordinal);
        Assert.Contains(
            "cannot take files: it is no backchannel-mcp, or an older release. Nothing was done.",
            (await Assert.ThrowsAsync<ToolException>(() => Sending().PrepareAsync(new(connection), ["sub/a.txt"], new ToolCall(null, null), default))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_the_bus_refuses_is_named_once_with_its_size_and_what_to_do()
    {
        await using var narrow = await TestBus.StartAsync(options => options with { MaxFileBytes = 4 });
        await using var full = await TestBus.StartAsync(options => options with { MaxFileStoreBytes = 1_000_000 });
        await File.WriteAllBytesAsync(Path.Combine(working, "big.bin"), new byte[1_500_000]);

        Assert.Equal(
            "Backchannel error [413 file_too_large]: sub/a.txt of 5 bytes was refused: A file may have 4 bytes on this bus. Nothing was sent.\n"
            + "Compress it, split it, or send an excerpt.",
            await RefusedAsync(narrow, "sub/a.txt"));
        Assert.StartsWith(
            "Backchannel error [429 file_quota_exceeded]: big.bin of 1,500,000 bytes was refused: ", await RefusedAsync(full, "big.bin"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public async Task An_empty_path_is_named_by_its_place(string path)
    {
        await using var bus = await TestBus.StartAsync();

        Assert.Equal(
            "Wrong parameter files: entry 2 is empty. Nothing was sent.\nGive each file by its path, or leave the entry out.",
            await RefusedAsync(bus, ["sub/a.txt", path], Folders));
    }

    [Theory]
    [InlineData("hello!")]
    [InlineData("hell0")]
    [InlineData("h")]
    public async Task A_file_that_is_written_to_after_it_was_sent_is_sent_as_it_was(string later)
    {
        var path = Path.Combine(working, "sub", "a.txt");
        await using var server = Server(request => Uploaded(request, () => File.WriteAllText(path, later)));
        await using var connection = server.Connect();

        var sent = await Sending().PrepareAsync(new(connection), ["sub/a.txt"], new ToolCall(null, null), default);

        Assert.Equal("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", Assert.Single(sent!).Sha256);
    }

    [Theory]
    [InlineData("h")]
    [InlineData("hell0")]
    public async Task A_file_that_changed_between_its_hash_and_its_upload_is_refused(string later)
    {
        // The key is minted after the file was hashed and before it is sent.
        var path = Path.Combine(working, "sub", "a.txt");
        await using var server = Server(request =>
        {
            if (request.Target == "/v1/keys")
            {
                File.WriteAllText(path, later);
            }

            return Uploaded(request, static () => { });
        });
        await using var connection = server.Connect();

        var refused = await Assert.ThrowsAsync<ToolException>(() => Sending().PrepareAsync(new(connection), ["sub/a.txt"], new ToolCall(null, null), default));

        Assert.Contains("changed while it was read", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_whose_bytes_change_while_they_are_sent_leaves_nothing_on_the_bus()
    {
        await using var bus = await TestBus.StartAsync();
        await using var connection = new BusConnection(ClientTest.Options(new Uri(bus.BaseUrl)), TimeProvider.System);
        var (before, now) = (new byte[600_000], new byte[600_000]);
        now[^1] = 1;
        var sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(before));

        await Assert.ThrowsAsync<BackchannelException>(() => new BackchannelClient(connection).UploadFileAsync(
            () => new ProvenStream(new MemoryStream(now), now.Length, sha256, static () => false), now.Length, default));

        for (var deadline = Deadline.Token(); DatabaseFile.QueryInteger(bus.DatabasePath, "SELECT count(*) FROM files") > 0; deadline.ThrowIfCancellationRequested())
        {
            await Task.Yield();
        }

        Assert.Equal(0, DatabaseFile.QueryInteger(bus.DatabasePath, "SELECT count(*) FROM uploads"));
    }

    [Fact]
    public async Task A_file_that_no_bus_takes_is_refused_by_its_length()
    {
        await using var bus = await TestBus.StartAsync();
        await using (var sparse = new FileStream(Path.Combine(working, "disk.img"), FileMode.CreateNew))
        {
            sparse.SetLength(1L << 40);
        }

        Assert.StartsWith("disk.img has 1,099,511,627,776 bytes, and no bus takes a file of more than 268,435,456. Nothing was sent.", await RefusedAsync(bus, "disk.img"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_says_what_was_uploaded_before_it()
    {
        await using var narrow = await TestBus.StartAsync(options => options with { MaxFileBytes = 5 });
        await File.WriteAllTextAsync(Path.Combine(working, "big.bin"), "123456");

        Assert.Contains(
            "No message was sent. The file before it was uploaded and counts against your quota for an hour, once however often you send it.",
            await RefusedAsync(narrow, ["sub/a.txt", "big.bin"], Folders),
            StringComparison.Ordinal);
    }

    private const string HealthJson = """{"status":"ok","db_latency_ms":0.1,"api_version":"1.0","instance_kind":"x","public_minting_enabled":true,"status_url":"x"}""";

    private FileFolders Folders => new(working, home);

    private FileSending Sending() => new(Folders);

    private static MisbehavingServer Server(Func<RecordedRequest, Reply> respond) => new(respond);

    private static Reply Uploaded(RecordedRequest request, Action before)
    {
        switch (request.Target)
        {
            case "/health":
                return Reply.Json(200, HealthJson, "X-Backchannel-Additions: task-files");
            case "/v1/keys":
                return MisbehavingServer.IssueKey();
            default:
                before();
                return Reply.Json(201, """{"sha256":"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824","bytes":5}""");
        }
    }

    private Task<string> RefusedAsync(TestBus bus, string path) => RefusedAsync(bus, path, Folders);

    private static Task<string> RefusedAsync(TestBus bus, string path, FileFolders folders) => RefusedAsync(bus, [path], folders);

    private static async Task<string> RefusedAsync(TestBus bus, IReadOnlyList<string> paths, FileFolders folders)
    {
        await using var connection = new BusConnection(ClientTest.Options(new Uri(bus.BaseUrl)), TimeProvider.System);
        return (await Assert.ThrowsAsync<ToolException>(() => new FileSending(folders).PrepareAsync(new(connection), paths, new ToolCall(null, null), default).Within())).Message;
    }

    private static async Task RunAsync(string program, params string[] arguments) => Assert.Equal(0, (await ProgramRun.RunAsync(program, arguments)).ExitCode);
}
