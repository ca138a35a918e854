using System.Diagnostics;
using System.Text.Json;

namespace Backchannel.Native.Tests.EndToEnd.Views;

/// <summary>watch where its output is no terminal: a line for each change.</summary>
public sealed class WatchLinesTests
{
    /// <summary>Logged once the tasks of a channel are read; what changes from then on is told.</summary>
    private const string ListIsRead = "/tasks 200";

    [UnixFact]
    public async Task Each_change_of_a_watched_channel_is_a_line()
    {
        await using var world = await ViewWorld.StartAsync();
        await world.PostAsync("lane", "before");
        using var watch = await StartAsync(world, ListIsRead, "watch", "lane");

        await world.PostAsync("other", "not watched");
        var id = await world.PostAsync("lane", @"one\u001b[2J\u009b\nline");
        var posted = await ReadAsync(watch);
        await world.Worker.CallAsync("claim_task", """{"channel":"lane"}""");
        var claimed = await ReadAsync(watch);

        Assert.Matches($@"^20\d\d-\d\d-\d\d \d\d:\d\d:\d\dZ  lane  open  {id}  one\[2J line$", posted);
        Assert.Contains("  lane  claimed  ", claimed, StringComparison.Ordinal);
        await ProcessSignals.SendAsync(watch.Id, "TERM");
        await watch.WaitForExitAsync().Within();
        Assert.Equal(0, watch.ExitCode);
    }

    [UnixFact]
    public async Task As_json_each_is_an_object_and_what_a_restart_of_the_bus_hid_is_told_after_it()
    {
        await using var world = await ViewWorld.StartAsync();
        await world.PostAsync("lane", "before");
        using var watch = await StartAsync(world, ListIsRead, "watch", "--json");

        await world.Bus.KillAsync();
        await SeeErrorAsync(watch, "Connection lost, trying again");
        await world.Bus.StartAgainAsync();
        var id = await world.PostAsync("lane", "after");
        var line = JsonElement.Parse(await ReadAsync(watch));
        watch.Kill();

        Assert.Equal((id, "lane", "open"), (line.GetProperty("task").Text("id"), line.Text("channel"), line.GetProperty("task").Text("state")));
    }

    [UnixFact]
    public async Task A_channel_that_is_made_later_is_watched_then()
    {
        await using var world = await ViewWorld.StartAsync();
        using var watch = await StartAsync(world, "There is no channel 'later' yet", "watch", "later");

        var id = await world.PostAsync("later", "first of all");

        Assert.Contains(id, await ReadAsync(watch), StringComparison.Ordinal);
        watch.Kill();
    }

    [UnixFact]
    public async Task What_is_watched_is_said_at_once_and_a_new_channel_is_told_by_its_name()
    {
        await using var world = await ViewWorld.StartAsync();
        await world.PostAsync("lane", "before");
        using var watch = await StartAsync(world, "watching all channels that this key may see; each task that changes is told in a line.", "watch");

        var id = await world.PostAsync("quite-new", "first of all");

        Assert.Contains($"  quite-new  open  {id}  first of all", await ReadAsync(watch), StringComparison.Ordinal);
        watch.Kill();
    }

    private static async Task<string> ReadAsync(Process watch) =>
        await watch.StandardOutput.ReadLineAsync().Within() ?? throw new InvalidOperationException(await watch.StandardError.ReadToEndAsync());

    /// <summary>Starts it and waits until it has written something on standard error.</summary>
    private static async Task<Process> StartAsync(ViewWorld world, string awaited, params string[] arguments)
    {
        var start = new ProcessStartInfo(PublishedExecutable.Path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in world.Environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["BACKCHANNEL_MCP_LOG"] = "DEBUG";
        var process = Process.Start(start)!;
        await SeeErrorAsync(process, awaited);
        return process;
    }

    private static Task SeeErrorAsync(Process watch, string text)
    {
        var lines = new List<string>();
        return ReadAsync().Within(() => string.Join('\n', lines), what: text);

        async Task ReadAsync()
        {
            while (await watch.StandardError.ReadLineAsync() is { } line)
            {
                lines.Add(line);
                if (line.Contains(text, StringComparison.Ordinal))
                {
                    return;
                }
            }

            throw new EndOfStreamException(string.Join('\n', lines));
        }
    }
}
