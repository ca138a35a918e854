using System.Text.Json;
using Backchannel.Native.Tests.Support.Servers;

namespace Backchannel.Native.Tests.EndToEnd.Views;

/// <summary>lanes, tasks, task and workers, run against a real bus.</summary>
public sealed class ViewCommandTests
{
    /// <summary>What a terminal must not get: ESC, a C1 control, what reorders text, and a bell.</summary>
    private const string Hostile = @"bad\u001b[2J\u009b31m\u202egnp.exe\u2066\u0007 end";

    [UnixFact]
    public async Task Lanes_say_what_is_stuck()
    {
        await using var world = await ViewWorld.StartAsync();
        await world.PostFailedAsync("broken", "one", "no compiler");
        await world.PostAskedAsync("asking", "two", "which branch?");
        await world.PostAsync("deserted", "three");

        var lanes = await world.RunAsync("lanes");
        var json = JsonElement.Parse((await world.RunAsync("lanes", "--json")).Output).GetProperty("lanes").EnumerateArray().ToList();

        Assert.Equal((0, ""), (lanes.ExitCode, lanes.Errors));
        Assert.Matches(@"(?m)^broken +0 +0 +0 +1 +0 +0  1 failed$", lanes.Output);
        Assert.Matches(@"(?m)^asking +0 +1 +0 +0 +0 +1  1 open question$", lanes.Output);
        Assert.Matches(@"(?m)^deserted +1 +0 +0 +0 +0 +0  nobody there; oldest open: 20\d\d-\d\d-\d\d \d\d:\d\d:\d\dZ$", lanes.Output);
        Assert.Equal(["asking", "broken", "deserted"], json.Select(lane => lane.Text("name")).Order(StringComparer.Ordinal));
    }

    [UnixFact]
    public async Task Tasks_are_those_of_the_named_channels_and_state()
    {
        await using var world = await ViewWorld.StartAsync();
        var failed = await world.PostFailedAsync("one", "first", "no compiler");
        var open = await world.PostAsync("one", "second");
        var other = await world.PostAsync("other", "third");

        var all = await world.RunAsync("tasks");
        var named = await world.RunAsync("tasks", "one");
        var ofState = JsonElement.Parse((await world.RunAsync("tasks", "one,other", "--state", "open", "--json")).Output).GetProperty("tasks");
        var limited = await world.RunAsync("tasks", "--limit", "1");

        Assert.All([failed, open, other], id => Assert.Contains(id, all.Output, StringComparison.Ordinal));
        Assert.Contains("failed: no compiler | first", named.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(other, named.Output, StringComparison.Ordinal);
        Assert.Equal([other, open], ofState.EnumerateArray().Select(row => row.Text("id")));
        Assert.Contains(other, limited.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(open, limited.Output, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_task_is_shown_with_its_whole_life_by_its_id_or_the_end_of_it()
    {
        await using var world = await ViewWorld.StartAsync();
        var first = await world.PostAsync("lane", "make it");
        await world.ClaimAsync("lane");
        await world.Worker.CallAsync("ack_task", $$"""{"message_id":"{{first}}","result":"made in 5 s"}""");
        var second = await world.PostAsync("lane", @"ship it\n    indented", $$""","depends_on":["{{first}}"]""");
        await world.ClaimAsync("lane");
        await world.AskAsync(second, "where to?");
        await world.Poster.CallAsync("update_task", $$"""{"message_id":"{{second}}","answer":"to the shelf"}""");
        await world.FailAsync(second, "no shelf");

        var whole = await world.RunAsync("task", second);
        var byEnd = await world.RunAsync("task", second[^8..]);
        var done = await world.RunAsync("task", first);
        var json = JsonElement.Parse((await world.RunAsync("task", first, "--json")).Output);

        Assert.Equal(0, whole.ExitCode);
        Assert.Equal(whole.Output, byEnd.Output);
        string[] facts = ["Lane      lane", "State     failed", "Reason    no shelf", "  ship it\n      indented", $"  {first} acknowledged", "where to?", "to the shelf", "  1  worker, from "];
        Assert.All(facts, fact => Assert.Contains(fact, whole.Output, StringComparison.Ordinal));
        Assert.Contains("State     acknowledged", done.Output, StringComparison.Ordinal);
        Assert.Contains("made in 5 s", done.Output, StringComparison.Ordinal);
        Assert.Equal("made in 5 s", json.GetProperty("result").Text("content"));
    }

    [UnixFact]
    public async Task Workers_say_who_holds_what_and_where_nobody_is_there()
    {
        await using var world = await ViewWorld.StartAsync();
        await world.PostAskedAsync("busy", "two", "which branch?");
        await world.PostAsync("deserted", "three");

        var workers = await world.RunAsync("workers");
        var json = JsonElement.Parse((await world.RunAsync("workers", "--json")).Output);

        Assert.Equal(0, workers.ExitCode);
        Assert.Matches(@"Nobody there, and tasks are open:\nLANE +OPEN +OLDEST OPEN\ndeserted +1 +20", workers.Output);
        Assert.Matches(@"Holding a task:\nWORKER .*\nworker +busy +20", workers.Output);
        Assert.Equal("worker", Assert.Single(json.GetProperty("holding").EnumerateArray().ToList()).Text("actor"));
    }

    [UnixFact]
    public async Task The_private_bus_of_the_machine_is_shown_too()
    {
        using var home = new TemporaryHome();
        var environment = new Dictionary<string, string> { ["HOME"] = home.Path };
        await NativeCommand.RunAsync(environment, "call", "post_task", "--channel", "lane", "--content", "one", "--base-url", "local");

        var lanes = await NativeCommand.RunAsync(environment, "lanes", "--base-url", "local");

        Assert.Equal((0, ""), (lanes.ExitCode, lanes.Errors));
        Assert.Contains("nobody there", lanes.Output, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task What_cannot_be_shown_is_told_with_an_exit_code()
    {
        await using var world = await ViewWorld.StartAsync();

        var unknown = await world.RunAsync("task", "0d7e2c3a-0000-4000-8000-000000000000");
        var noEnd = await world.RunAsync("task", "beef1234");
        var noChannel = await world.RunAsync("tasks", "nowhere");
        var state = await world.RunAsync("tasks", "--state", "done");
        await world.Bus.KillAsync();
        var gone = await world.RunAsync("lanes");

        Assert.Equal([1, 1, 1, 2, 1], [unknown.ExitCode, noEnd.ExitCode, noChannel.ExitCode, state.ExitCode, gone.ExitCode]);
        Assert.Contains("0d7e2c3a-0000-4000-8000-000000000000", unknown.Errors, StringComparison.Ordinal);
        Assert.Contains("no id ends with 'beef1234'", noEnd.Errors, StringComparison.Ordinal);
        Assert.Contains("--state is 'done'; it takes open, claimed,", state.Errors, StringComparison.Ordinal);
        Assert.All([unknown, noEnd, noChannel, gone], run => Assert.Equal("", run.Output));
        Assert.Contains("Check BACKCHANNEL_BASE_URL", gone.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lanes")]
    [InlineData("tasks")]
    [InlineData("workers")]
    [InlineData("watch")]
    public async Task A_bus_that_cannot_show_this_is_named(string command)
    {
        using var folder = new TemporaryFolder();
        await using var server = await FolderServer.StartAsync(folder.Path);
        var environment = new Dictionary<string, string>
        {
            ["HOME"] = folder.Path,
            ["BACKCHANNEL_BASE_URL"] = server.Address,
            ["BACKCHANNEL_API_KEY"] = "bck_0123456789ab.secret",
        };

        var run = await NativeCommand.RunAsync(environment, command);

        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Contains($"the bus at {server.Address} does not offer 'views'", run.Errors, StringComparison.Ordinal);
        Assert.Contains("its operator has to start this release", run.Errors, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task Nothing_of_a_task_is_written_raw()
    {
        await using var world = await ViewWorld.StartAsync();
        var id = await world.PostAskedAsync("lane", Hostile, Hostile);

        foreach (var arguments in (string[][])[["tasks"], ["task", id], ["workers"], ["tasks", "--json"], ["task", id, "--json"]])
        {
            var run = await world.RunAsync(arguments);

            Assert.Contains("end", run.Output, StringComparison.Ordinal);
            Assert.DoesNotContain(run.Output, IsUnsafe);
        }
    }

    [ProgramFact("script", "stty")]
    public async Task On_a_terminal_lines_fit_and_times_are_told_as_ago()
    {
        await using var world = await ViewWorld.StartAsync();
        await world.PostAsync("lane", new string('x', 200));
        await using var terminal = PseudoTerminal.Start(world.Environment, (60, 20), "tasks");

        var output = await terminal.EndAsync();

        Assert.Contains("just now", output, StringComparison.Ordinal);
        Assert.Contains("xxx…", output, StringComparison.Ordinal);
        Assert.All(output.Split('\n'), line => Assert.InRange(line.TrimEnd().Length, 0, 60));
    }

    private static bool IsUnsafe(char letter) => (char.IsControl(letter) && letter != '\n') || letter is '\u202e' or '\u2066';
}
