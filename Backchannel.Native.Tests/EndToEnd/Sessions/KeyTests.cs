using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.EndToEnd.Sessions;

/// <summary>The rules about keys, as processes of the published file keep them.</summary>
public sealed class KeyTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryHome home = new();
    private TestBus bus = null!;

    private string KeyFile => Path.Combine(home.KeyFolder, "key");

    public async Task InitializeAsync() => bus = await TestBus.StartAsync();

    public async Task DisposeAsync() => await bus.DisposeAsync();

    public void Dispose() => home.Dispose();

    [Fact]
    public async Task Twenty_processes_that_start_at_once_mint_one_key()
    {
        // A second minting would be refused, and its process with it.
        await using var strict = await TestBus.StartAsync(options => options with { KeyMintLimit = 1 });
        var agents = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => AgentProcess.StartAsync(home.Path, $"agent-{i}", strict.BaseUrl)));

        var posted = await Task.WhenAll(agents.Select(agent => agent.CallAsync("post_task", """{"channel":"lane","content":"x"}""")));

        Assert.Single(posted.Select(post => post.Text("channel")).Distinct());
        Assert.Equal(strict.BaseUrl, (await File.ReadAllTextAsync(KeyFile + ".origin")).Trim());
        await Task.WhenAll(agents.Select(agent => agent.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task A_broken_key_file_is_named_and_the_call_succeeds()
    {
        Directory.CreateDirectory(home.KeyFolder);
        await File.WriteAllTextAsync(KeyFile, "\0\u0001 not a key\n at all");

        var posted = await PostAsync(("HOME", home.Path));

        Assert.Equal(0, posted.ExitCode);
        Assert.Contains(KeyFile, posted.Errors, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_home_that_cannot_be_written_means_one_warning()
    {
        // Not even root can make a folder there.
        var posted = await PostAsync(("HOME", OperatingSystem.IsLinux() ? "/proc" : "/"));

        Assert.Equal(0, posted.ExitCode);
        Assert.Single(Warnings(posted));
    }

    [Fact]
    public async Task A_key_of_the_environment_is_used_and_not_written()
    {
        var issued = JsonElementOf(await RunAsync([("HOME", home.Path)], "call", "issue_key", "--agent-label", "other"));

        var posted = await PostAsync(("HOME", home.Path), ("BACKCHANNEL_API_KEY", issued.Text("key")));

        Assert.Equal(0, posted.ExitCode);
        Assert.False(File.Exists(KeyFile));
    }

    [Fact]
    public async Task A_rejected_key_of_the_environment_names_the_variable_and_not_the_key()
    {
        const string Wrong = "bck_aaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

        var posted = await PostAsync(("HOME", home.Path), ("BACKCHANNEL_API_KEY", Wrong));

        Assert.Equal(1, posted.ExitCode);
        Assert.Contains("BACKCHANNEL_API_KEY", posted.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(Wrong.Split('.')[1], posted.Errors + posted.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_output_of_a_session_shows_the_key()
    {
        await using var session = new ProcessSession(
            home.Path, new Dictionary<string, string> { ["BACKCHANNEL_BASE_URL"] = bus.BaseUrl, ["BACKCHANNEL_MCP_LOG"] = "DEBUG" });
        await session.HandshakeAsync();
        string[] calls =
        [
            """{"name":"post_task","arguments":{"channel":"lane","content":"secret-content"}}""",
            """{"name":"claim_task","arguments":{"channel":"lane"}}""",
            """{"name":"list_channels","arguments":{}}""",
            """{"name":"ack_task","arguments":{"message_id":"nope","result":"x"}}""",
            """{"name":"post_task","arguments":{"channel":7}}""",
        ];

        var answers = new List<string>();
        foreach (var call in calls)
        {
            answers.Add((await session.AskAsync("tools/call", call)).GetRawText());
        }

        await session.FinishAsync();
        await session.WaitForExitAsync();
        var log = await session.ReadErrorsAsync();
        var secret = (await File.ReadAllTextAsync(KeyFile)).Trim().Split('.')[1];
        Assert.Contains("DEBUG POST /v1/channels/", log, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-content", log, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, log + string.Concat(answers), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Warnings(NativeCommand command) =>
        command.Errors.Split('\n').Where(line => line.Contains(" WARNING ", StringComparison.Ordinal));

    private static System.Text.Json.JsonElement JsonElementOf(NativeCommand command) => System.Text.Json.JsonElement.Parse(command.Output);

    private Task<NativeCommand> PostAsync(params (string Name, string Value)[] environment) =>
        RunAsync(environment, "call", "post_task", "--channel", "lane", "--content", "x");

    private Task<NativeCommand> RunAsync((string Name, string Value)[] environment, params string[] arguments) =>
        NativeCommand.RunAsync(
            environment.Append(("BACKCHANNEL_BASE_URL", bus.BaseUrl)).ToDictionary(pair => pair.Item1, pair => pair.Item2), arguments);
}
