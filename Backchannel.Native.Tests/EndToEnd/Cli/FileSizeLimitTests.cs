using System.Net.Http;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.EndToEnd.Cli;

/// <summary>A limit on the size of files (<c>ulimit -f</c>) is a full disk for whoever writes, not the end of the process.</summary>
public sealed class FileSizeLimitTests
{
    [LinuxFact]
    public async Task A_bus_at_the_limit_answers_503_and_lives_on()
    {
        using var folder = new TemporaryFolder();
        using var process = ShellCommand.Start(
            "ulimit -f 2000; exec \"$@\"",
            new Dictionary<string, string?> { ["BACKCHANNEL_RATE_LIMIT"] = "0" },
            "serve", "--listen", "127.0.0.1:0", "--db", folder.File("bus.db"), "--log-level", "ERROR");
        using var end = new ProcessEnd(process);
        var line = await process.StandardOutput.ReadLineAsync(Deadline.Token());
        using var http = new HttpClient { BaseAddress = new Uri(line!["listening on ".Length..]) };
        var caller = await BusCaller.MintAsync(http, "limit");
        var channel = await caller.CreateAsync("lane");

        var acknowledged = 0;
        BusAnswer answer;
        while ((answer = await PostAsync()).Status == 201)
        {
            acknowledged++;
        }

        Assert.Equal((503, "storage_unavailable"), (answer.Status, answer.Text("error")));
        Assert.Equal(acknowledged, (await ChannelReader.ReadAllAsync(caller, channel)).Count);
        await ProcessSignals.SendAsync(process.Id, "TERM");
        await process.WaitForExitAsync(Deadline.Token());
        Assert.Equal(0, process.ExitCode);

        Task<BusAnswer> PostAsync() =>
            caller.SendAsync("POST", $"/v1/channels/{channel}/messages", $$"""{"content":"{{acknowledged}} {{new string('x', 9_000)}}"}""");
    }

    [LinuxFact]
    public async Task A_key_that_cannot_be_stored_is_a_warning_and_the_call_succeeds()
    {
        using var home = new TemporaryHome();
        await using var bus = await TestBus.StartAsync();

        var run = await ShellCommand.RunAsync(
            "ulimit -f 0; exec \"$@\"",
            new Dictionary<string, string?> { ["HOME"] = home.Path, ["BACKCHANNEL_BASE_URL"] = bus.BaseUrl },
            "call", "list_channels");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("ulimit -f", run.Errors, StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task A_configuration_that_cannot_be_written_is_as_it_was()
    {
        using var home = new TemporaryHome();
        var file = Path.Combine(home.Path, ".claude.json");
        await File.WriteAllTextAsync(file, "{}");

        var run = await ShellCommand.RunAsync(
            "ulimit -f 0; exec \"$@\"", new Dictionary<string, string?> { ["HOME"] = home.Path }, "config", "claude-code", "--local", "--write");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("cannot be written", run.Errors, StringComparison.Ordinal);
        Assert.Equal("{}", await File.ReadAllTextAsync(file));
        Assert.Single(Directory.GetFiles(home.Path, ".claude.json*"));
    }
}
