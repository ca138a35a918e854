using System.Security.Cryptography;
using System.Text.Json;
using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Tests.Client;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Servers;
using Backchannel.Native.Tools;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Tools;

public sealed class FileReceivingTests : IDisposable
{
    private const string HelloSha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    private readonly TemporaryFolder folder = new();
    private readonly SignallingTimeProvider time = new();
    private readonly FileFolders folders;
    private readonly FileReceiving receiving;

    public FileReceivingTests()
    {
        Directory.CreateDirectory(folder.File("project"));
        Directory.CreateDirectory(folder.File("home"));
        folders = new FileFolders(folder.File("project"), folder.File("home"));
        receiving = new FileReceiving(folders, time);
        time.Set(DateTimeOffset.UtcNow - time.GetUtcNow());
    }

    public void Dispose()
    {
        receiving.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Ten_megabytes_go_from_one_client_to_another_byte_for_byte_for_less_than_300_bytes_of_context()
    {
        await using var bus = await TestBus.StartAsync();
        var content = RandomNumberGenerator.GetBytes(10_000_000);
        await File.WriteAllBytesAsync(folder.File("project/data.bin"), content);
        await using var reader = Connect(bus);

        var message = await PostAsync(bus, "data.bin");
        var received = Assert.Single((await receiving.FetchAsync(new(reader), message, default))!);

        Assert.Equal(content, await File.ReadAllBytesAsync(received.Path!));
        Assert.Equal(Path.Combine(folder.File("home"), ".local", "share", "backchannel", "files", message.Id, "data.bin"), received.Path);
        Assert.InRange(JsonSerializer.SerializeToUtf8Bytes(received, ResultsJsonContext.Default.ReceivedFile).Length, 1, 300);
    }

    [UnixFact]
    public async Task What_was_received_is_this_users_alone_and_may_be_sent_on()
    {
        await using var bus = await TestBus.StartAsync();
        await File.WriteAllTextAsync(folder.File("project/a.txt"), "hello");
        await using var reader = Connect(bus);
        var received = Assert.Single((await receiving.FetchAsync(new(reader), await PostAsync(bus, "a.txt"), default))!);

        var sent = await new FileSending(folders with { Working = null }).PrepareAsync(new(reader), [received.Path!], new ToolCall(null, null), default);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(received.Path!));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(received.Path!)!));
        Assert.Equal(HelloSha256, Assert.Single(sent!).Sha256);
    }

    [Fact]
    public async Task Files_with_one_name_lie_beside_each_other()
    {
        await using var bus = await TestBus.StartAsync();
        foreach (var name in (string[])["one", "two", "three"])
        {
            Directory.CreateDirectory(folder.File($"project/{name}"));
            await File.WriteAllTextAsync(folder.File($"project/{name}/{(name == "three" ? "A.TXT" : "a.txt")}"), name);
        }

        await using var reader = Connect(bus);

        var received = await receiving.FetchAsync(new(reader), await PostAsync(bus, "one/a.txt", "two/a.txt", "three/A.TXT"), default);

        Assert.Equal(["a.txt", "a-2.txt", "A-3.TXT"], received!.Select(file => Path.GetFileName(file.Path)));
        Assert.Equal(["one", "two", "three"], received!.Select(file => File.ReadAllText(file.Path!)));
    }

    [Fact]
    public async Task A_file_that_is_there_is_not_fetched_again_unless_it_was_changed()
    {
        await using var server = new MisbehavingServer(Whole("hello"));
        await using var connection = server.Connect();
        var message = Message(new FileReference("a.txt", 5, HelloSha256));
        var first = Assert.Single((await receiving.FetchAsync(new(connection), message, default))!);
        await receiving.FetchAsync(new(connection), message, default);
        var calls = server.Calls.Count;
        await File.WriteAllTextAsync(first.Path!, "hell0");

        var again = Assert.Single((await receiving.FetchAsync(new(connection), message, default))!);

        Assert.Equal((1, 2), (calls, server.Calls.Count));
        Assert.Equal("hello", await File.ReadAllTextAsync(again.Path!));
    }

    [Theory]
    [InlineData("hell0")]
    [InlineData("hello!")]
    [InlineData("hell")]
    [InlineData("")]
    public async Task Bytes_that_do_not_fit_the_hash_are_an_error_and_leave_nothing(string other)
    {
        await using var server = new MisbehavingServer(Whole(other));
        await using var connection = server.Connect();

        var received = Assert.Single((await receiving.FetchAsync(new(connection), Message(new FileReference("a.txt", 5, HelloSha256)), default))!);

        Assert.Null(received.Path);
        Assert.Equal("a.txt", received.Name);
        Assert.Contains("not what the message names", received.Error, StringComparison.Ordinal);
        Assert.Equal([".expires"], Names());
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_fetched_again_from_the_beginning()
    {
        await using var server = new MisbehavingServer(Reply.BrokenOff("hel"), Whole("hello"));
        await using var connection = server.Connect();

        var received = Assert.Single((await receiving.FetchAsync(new(connection), Message(new FileReference("a.txt", 5, HelloSha256)), default))!);

        Assert.Equal("hello", await File.ReadAllTextAsync(received.Path!));
        Assert.Equal([".expires", "a.txt"], Names());
    }

    [Fact]
    public async Task A_bus_that_refuses_is_told_file_by_file_and_the_message_is_not_lost()
    {
        await using var server = new MisbehavingServer(Reply.Json(404, """{"error":"file_not_found","message":"gone"}"""), Whole("hello"));
        await using var connection = server.Connect();

        var received = await receiving.FetchAsync(
            new(connection), Message(new("a.txt", 5, new string('0', 64)), new("b.txt", 5, HelloSha256)), default);

        Assert.Equal((null, "gone"), (received![0].Path, received[0].Error));
        Assert.Equal("hello", await File.ReadAllTextAsync(received[1].Path!));
    }

    [Theory]
    [InlineData("../../../../.ssh/authorized_keys", "authorized_keys")]
    [InlineData("/etc/passwd", "passwd")]
    [InlineData(".expires", "expires")]
    [InlineData("a\nb", "a_b")]
    [InlineData("CON.txt", "_CON.txt")]
    public async Task A_name_from_a_foreign_bus_stays_in_the_folder_of_the_message(string name, string expected)
    {
        await using var server = new MisbehavingServer(Whole("hello"));
        await using var connection = server.Connect();

        var received = Assert.Single((await receiving.FetchAsync(
            new(connection), Message(new FileReference(name, 5, HelloSha256)) with { Id = "../../m-1" }, default))!);

        Assert.Equal(Path.Combine(folders.Received!, "m-1", expected), received.Path);
    }

    [UnixFact]
    public async Task What_is_in_the_place_of_the_folder_is_told_in_a_sentence_that_has_an_end()
    {
        await using var server = new MisbehavingServer(Whole("hello"));
        await using var connection = server.Connect();
        Directory.CreateDirectory(Path.GetDirectoryName(folders.Received!)!);
        File.CreateSymbolicLink(folders.Received!, folder.File("project"));

        var received = Assert.Single((await receiving.FetchAsync(new(connection), Message(new FileReference("a.txt", 5, HelloSha256)), default))!);

        Assert.StartsWith("a folder for received files is needed, and there is a link; move it away: ", received.Error, StringComparison.Ordinal);
        Assert.True(received.Error!.EndsWith(folders.Received!, StringComparison.Ordinal) || received.Error.EndsWith('…'), received.Error);
    }

    [Fact]
    public async Task Long_names_and_long_reasons_cost_less_than_300_bytes_too()
    {
        await using var server = new MisbehavingServer(Whole("hello"), Reply.Json(404, $$"""{"error":"file_not_found","message":"{{new string('x', 500)}}"}"""));
        await using var connection = server.Connect();
        var name = new string('n', 300) + ".json";

        var received = await receiving.FetchAsync(
            new(connection), Message(new(name, 5, HelloSha256), new(name, 5, new string('0', 64))) with { Id = Guid.NewGuid().ToString() }, default);

        Assert.All(received!, file => Assert.InRange(JsonSerializer.SerializeToUtf8Bytes(file, ResultsJsonContext.Default.ReceivedFile).Length, 1, 300));
    }

    [Fact]
    public async Task What_a_message_brought_goes_once_the_message_has_expired()
    {
        await using var server = new MisbehavingServer(Whole("hello"));
        await using var connection = server.Connect();
        var file = new FileReference("a.txt", 5, HelloSha256);
        var (first, second) = (Message(file) with { Id = "m-1", ExpiresAt = In(TimeSpan.FromHours(1)) }, Message(file) with { Id = "m-2", ExpiresAt = In(TimeSpan.FromHours(3)) });
        await receiving.FetchAsync(new(connection), first, default);
        await receiving.FetchAsync(new(connection), second, default);

        time.Advance(TimeSpan.FromHours(2));

        Assert.Equal(["m-2"], Directory.EnumerateDirectories(folders.Received!).Select(Path.GetFileName));
    }

    [Fact]
    public async Task What_a_process_left_goes_with_the_next_task_that_another_one_gets()
    {
        await using var server = new MisbehavingServer(Whole("hello"));
        await using var connection = server.Connect();
        using (var gone = new FileReceiving(folders, time))
        {
            await gone.FetchAsync(new(connection), Message(new FileReference("a.txt", 5, HelloSha256)), default);
        }

        time.Advance(TimeSpan.FromHours(2));

        await receiving.FetchAsync(new(connection), Message() with { Files = null }, default);

        Assert.Empty(Directory.EnumerateDirectories(folders.Received!));
    }

    [UnixFact]
    public async Task Nothing_is_written_through_a_link_or_into_a_folder_that_others_may_write_to()
    {
        await using var server = new MisbehavingServer(Whole("hello"));
        await using var connection = server.Connect();
        var message = Message(new FileReference("a.txt", 5, HelloSha256));
        Directory.CreateDirectory(folders.Received!);
        Directory.CreateDirectory(folder.File("elsewhere"));
        Directory.CreateSymbolicLink(Path.Combine(folders.Received!, message.Id), folder.File("elsewhere"));

        var throughLink = Assert.Single((await receiving.FetchAsync(new(connection), message, default))!);
        File.SetUnixFileMode(folders.Received!, (UnixFileMode)0b111_111_111);
        var intoShared = Assert.Single((await receiving.FetchAsync(new(connection), message with { Id = "m-2" }, default))!);

        Assert.Contains("is a link", throughLink.Error, StringComparison.Ordinal);
        Assert.Contains("other users", intoShared.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.File("elsewhere")));
    }

    [UnixFact]
    public async Task A_link_in_the_place_of_a_file_is_replaced_and_not_followed()
    {
        await using var server = new MisbehavingServer(Whole("hello"));
        await using var connection = server.Connect();
        var message = Message(new FileReference("a.txt", 5, HelloSha256));
        await File.WriteAllTextAsync(folder.File("victim"), "mine!");
        Directory.CreateDirectory(Path.Combine(folders.Received!, message.Id));
        File.CreateSymbolicLink(Path.Combine(folders.Received!, message.Id, "a.txt"), folder.File("victim"));

        var received = Assert.Single((await receiving.FetchAsync(new(connection), message, default))!);

        Assert.Equal(("hello", "mine!"), (await File.ReadAllTextAsync(received.Path!), await File.ReadAllTextAsync(folder.File("victim"))));
        Assert.Null(new FileInfo(received.Path!).LinkTarget);
    }

    [Fact]
    public async Task Without_a_home_folder_the_reason_is_told()
    {
        await using var connection = new BusConnection(ClientTest.Options(new Uri("http://127.0.0.1:1")), TimeProvider.System);

        var received = Assert.Single((await new FileReceiving(new(null, null), time)
            .FetchAsync(new(connection), Message(new FileReference("a.txt", 5, HelloSha256)), default))!);

        Assert.Equal("there is no HOME to keep files in", received.Error);
    }

    private static BusConnection Connect(TestBus bus) => new(ClientTest.Options(new Uri(bus.BaseUrl)), TimeProvider.System);

    /// <summary>Sends files as one agent does.</summary>
    private async Task<Message> PostAsync(TestBus bus, params string[] paths)
    {
        var caller = await BusCaller.MintAsync(bus, "poster");
        Assert.True(ApiKey.TryParse(caller.Key, out var key));
        await using var connection = new BusConnection(ClientTest.Options(new Uri(bus.BaseUrl)) with { ApiKey = key }, TimeProvider.System);
        var files = await new FileSending(folders).PrepareAsync(new(connection), paths, new ToolCall(null, null), default);
        var texts = files!.Select(file => JsonSerializer.Serialize(file, WireJsonContext.Default.Options));
        var posted = await caller.PostWithFilesAsync(await caller.CreateAsync("lane"), [.. texts]);
        return JsonSerializer.Deserialize(posted.Json.GetProperty("message"), AnswerJson.Default.Message)!;
    }

    private string In(TimeSpan later) => Timestamp.ToText(time.GetUtcNow() + later);

    private Message Message(params FileReference[] files) => new()
    {
        Id = "m-1",
        ChannelId = "c-1",
        Content = "x",
        CreatedAt = In(TimeSpan.Zero),
        ExpiresAt = In(TimeSpan.FromHours(1)),
        Files = files,
    };

    private IEnumerable<string> Names() =>
        Directory.EnumerateFileSystemEntries(Path.Combine(folders.Received!, "m-1")).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal);

    private static Reply Whole(string content) =>
        Reply.Answer(200, "application/octet-stream", content);
}
