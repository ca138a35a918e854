using System.Diagnostics;
using System.Text.Json;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Documentation;

/// <summary>The shell lines of the README, run as they stand on the published file.</summary>
public sealed class ReadmeExampleTests : IDisposable
{
    private readonly TemporaryHome home = new();

    public void Dispose() => this.home.Dispose();

    [Fact]
    public async Task The_calls_from_a_shell_hand_a_task_over_and_then_fail_and_cancel_another()
    {
        var folder = Directory.CreateDirectory(Path.Combine(this.home.Path, "project", "src")).Parent!.FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "src", "parser.c"), "int length;\n");
        var lines = File.ReadLines(RepositoryRoot.Combine("README.md"))
            .TakeWhile(static line => line != WorkRecipes.Section)
            .Where(line => line.StartsWith("backchannel-mcp call ", StringComparison.Ordinal))
            .ToList();
        var messageId = "";
        var answers = new List<(string Tool, JsonElement Answer)>();

        foreach (var line in lines)
        {
            var answer = await RunAsync(line.Replace("MESSAGE_ID", messageId, StringComparison.Ordinal), folder);
            messageId = answer.TryGetProperty("message_id", out var id) ? id.GetString()! : messageId;
            answers.Add((line.Split(' ')[2], answer));
        }

        Assert.Equal(
            ["post_task", "claim_task", "ack_task", "await_result", "post_task", "claim_task", "update_task", "fail_task", "cancel_task", "my_tasks"],
            answers.Select(static call => call.Tool));
        Assert.Equal("Line 40: a length is not checked.", answers[3].Answer.GetProperty("result").GetProperty("content").GetString());
        Assert.Equal("Line 40: a length is not checked.", Assert.Single(answers[5].Answer.GetProperty("prerequisites").EnumerateArray()).GetProperty("content").GetString());
        Assert.Equal("int length;\n", await File.ReadAllTextAsync(Assert.Single(answers[5].Answer.GetProperty("files").EnumerateArray()).GetProperty("path").GetString()!));
        Assert.Equal(["claimed", "waiting", "cancelled"], answers[6..9].Select(static call => call.Answer.GetProperty("status").GetString()));
        Assert.Equal(
            ["cancelled", "acknowledged"],
            answers[9].Answer.GetProperty("posted").EnumerateArray().Select(static task => task.GetProperty("status").GetString()));
    }

    [ProgramTheory("sqlite3")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_backup_of_a_bus_that_runs_and_of_one_that_has_stopped_can_be_restored(bool whileItRuns)
    {
        var commands = (await File.ReadAllTextAsync(RepositoryRoot.Combine("README.md"))).Split('`').Where((_, index) => index % 2 == 1).ToList();
        var online = Assert.Single(commands, command => command.Contains(".backup", StringComparison.Ordinal));
        var stopped = Assert.Single(commands, command => command.StartsWith("cp bus.db ", StringComparison.Ordinal));
        var restore = Assert.Single(commands, command => command.StartsWith("rm -f bus.db", StringComparison.Ordinal));
        await using var bus = await ServedBus.StartAsync(Path.Combine(this.home.Path, "bus.db"));
        await CallAsync(bus, "post_task", "--channel", "lane", "--content", "before the backup");

        if (whileItRuns)
        {
            await ShellAsync(online);
            await CallAsync(bus, "post_task", "--channel", "lane", "--content", "after the backup");
            await bus.KillAsync();
        }
        else
        {
            await bus.StopAsync();
            await ShellAsync(stopped);
            await bus.StartAgainAsync();
            await CallAsync(bus, "post_task", "--channel", "lane", "--content", "after the backup");
            await bus.StopAsync();
        }

        await ShellAsync(restore);
        await bus.StartAgainAsync();
        var first = await CallAsync(bus, "claim_task", "--channel", "lane", "--actor", "worker");
        var second = await CallAsync(bus, "claim_task", "--channel", "lane", "--actor", "worker");

        Assert.Equal("before the backup", first.GetProperty("content").GetString());
        Assert.False(second.GetProperty("claimed").GetBoolean());
    }

    [Fact]
    public async Task Two_people_with_a_key_each_hand_a_task_over_by_the_channels_id()
    {
        using var other = new TemporaryHome();
        await using var bus = await ServedBus.StartAsync(Path.Combine(this.home.Path, "bus.db"));
        var posted = await CallAsync(bus, "post_task", "--channel", "reviews", "--content", "task");
        var channel = posted.GetProperty("channel").GetString()!;
        var id = posted.GetProperty("message_id").GetString()!;
        var waiting = CallAsync(bus, "await_result", "--channel", "reviews", "--message-id", id, "--timeout-seconds", "3600");

        await CallAsync(other, bus, ["claim_task", "--channel", channel, "--actor", "worker"]);
        await CallAsync(other, bus, ["ack_task", "--message-id", id, "--actor", "worker", "--result", "done"]);

        Assert.Equal("done", (await waiting).GetProperty("result").GetProperty("content").GetString());
    }

    private Task<JsonElement> CallAsync(ServedBus bus, params string[] arguments) => CallAsync(this.home, bus, arguments);

    private static async Task<JsonElement> CallAsync(TemporaryHome home, ServedBus bus, string[] arguments)
    {
        var run = await NativeCommand.RunAsync(
            new Dictionary<string, string> { ["HOME"] = home.Path, ["BACKCHANNEL_BASE_URL"] = bus.BaseUrl }, ["call", .. arguments]);
        Assert.True(run.ExitCode == 0, run.Errors);
        return JsonElement.Parse(run.Output);
    }

    private async Task ShellAsync(string line)
    {
        var run = await ProgramRun.RunAsync("/bin/sh", ["-c", line], folder: this.home.Path);
        Assert.True(run.ExitCode == 0, run.Errors);
    }

    private async Task<JsonElement> RunAsync(string line, string folder)
    {
        var command = $"'{PublishedExecutable.Path}'{line["backchannel-mcp".Length..]}";
        var start = new ProcessStartInfo("/bin/sh", ["-c", command]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["HOME"] = this.home.Path;
        start.Environment["BACKCHANNEL_BASE_URL"] = "local";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().Within();
        await process.WaitForExitAsync().Within();
        Assert.True(process.ExitCode == 0, $"{line}: {await errors}");
        using var document = JsonDocument.Parse(output);
        return document.RootElement.Clone();
    }
}
