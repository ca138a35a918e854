namespace Backchannel.Native.Tests.Regressions.EndToEnd.Streams;

/// <summary>The bus in the background holds nothing of whoever started it: nobody waits for it.</summary>
public sealed class InheritedDescriptorTests : IDisposable
{
    private readonly TemporaryHome home = new();

    public void Dispose() => home.Dispose();

    [ProgramTheory("flock")]
    [InlineData("call", "list_channels")]
    [InlineData("doctor")]
    [InlineData]
    public async Task A_lock_of_the_starter_is_free_when_the_starter_has_ended(params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var held = folder.File("lock");
        var session = string.Join("\\n", McpSession.Request(1, "initialize", McpSession.InitializeParams("2025-11-25")), ListChannels);

        // The second descriptor is above 9, where shells keep their own.
        var run = await ShellCommand.RunAsync(
            $"exec 9>'{held}'; flock 9; mkfifo '{held}.fifo'; exec 8<>'{held}.fifo'; printf '{session}\\n' | \"$@\"", Environment(), arguments);
        Assert.True(run.ExitCode == 0, run.Errors);
        var bus = Assert.Single(home.BusProcesses());

        Assert.Equal(0, (await ProgramRun.RunAsync("flock", ["--nonblock", held, "true"])).ExitCode);
        Assert.DoesNotContain(
            Directory.EnumerateFileSystemEntries($"/proc/{bus.Id}/fd").Select(entry => new FileInfo(entry).LinkTarget ?? ""),
            target => target.StartsWith(folder.Path, StringComparison.Ordinal));
    }

    [LinuxFact]
    public async Task Whoever_reads_the_output_to_its_end_gets_there()
    {
        // Both pipes are still open in the bus if it inherits them, and the run ends only when they close.
        var run = await ShellCommand.RunAsync("exec 8>&1 9>&2; \"$@\"", Environment(), "call", "list_channels");

        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Single(home.BusProcesses());
    }

    private const string ListChannels = """{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"list_channels","arguments":{}}}""";

    private Dictionary<string, string?> Environment() => new() { ["HOME"] = home.Path, ["BACKCHANNEL_BASE_URL"] = "local" };
}
