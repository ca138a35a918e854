using System.Text.RegularExpressions;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.EndToEnd.Commands;

public sealed class DemoTests : IDisposable
{
    private readonly TemporaryHome home = new();

    public void Dispose() => home.Dispose();

    [Fact]
    public async Task The_demo_tells_a_handoff_from_the_post_to_the_result()
    {
        var demo = await NativeCommand.RunAsync(new Dictionary<string, string> { ["HOME"] = home.Path }, "demo");

        string[] story =
        [
            """^planner  → post_task     channel=\S+  content="Read src/parser\.c and list what could crash\."$""",
            """^planner  ← post_task     message_id=\S+$""",
            """^planner  → await_result  channel=\S+  message_id=\S+$""",
            """^worker   → claim_task    channel=\S+  actor=worker$""",
            """^worker   ← claim_task    .*content="Read src/parser\.c and list what could crash\."  from=planner""",
            """^worker   → ack_task      message_id=\S+  actor=worker  result="Line 40: """,
            """^planner  ← await_result  status=acknowledged  acknowledged_by=worker  result="Line 40: """,
            """^worker   ← fail_task     message_id=\S+  status=open$""",
            """^planner  ← await_result  message_id=\S+  status=question  question="May it """,
            """^worker   ← update_task   message_id=\S+  status=claimed  answer=Yes\.$""",
            """^planner  ← await_result  status=acknowledged  acknowledged_by=worker  result="Checked; """,
            """^planner  ← await_result  status=cancelled  reason="The manual is gone\."$""",
            """^One worker at a time held each task, and its poster heard how it ended, over a private bus that ended with this demo\.$""",
        ];
        Assert.True(demo.ExitCode == 0, demo.Output + demo.Errors);
        var lines = demo.Output.Split('\n');
        var places = story.Select(step => Array.FindIndex(lines, line => Regex.IsMatch(line, step))).ToList();
        Assert.True(places.All(place => place >= 0) && places.SequenceEqual(places.Order()), demo.Output);
        Assert.Empty(demo.Errors);
    }

    [Fact]
    public async Task The_demo_leaves_nothing_in_the_home_folder()
    {
        var demo = await NativeCommand.RunAsync(new Dictionary<string, string> { ["HOME"] = home.Path }, "demo");

        Assert.True(demo.ExitCode == 0, demo.Output + demo.Errors);
        Assert.Empty(Directory.EnumerateFileSystemEntries(home.Path));
    }

    [Fact]
    public async Task The_demo_leaves_neither_key_nor_channel_on_a_bus_that_was_named()
    {
        await using var bus = await TestBus.StartAsync();

        var demo = await NativeCommand.RunAsync(
            new Dictionary<string, string> { ["HOME"] = home.Path }, "demo", "--base-url", bus.BaseUrl);

        Assert.True(demo.ExitCode == 0, demo.Output + demo.Errors);
        Assert.Empty(Directory.EnumerateFileSystemEntries(home.Path));
        var listed = await (await BusCaller.MintAsync(bus, "anybody")).SendAsync("GET", "/v1/channels");
        Assert.Empty(listed.Json.GetProperty("data").EnumerateArray());
        var task = Regex.Match(demo.Output, "message_id=(\\S+)").Groups[1].Value;
        Assert.Equal(404, (await (await BusCaller.MintAsync(bus, "somebody")).SendAsync("GET", $"/v1/channels/result-of-{task}")).Status);
        Assert.Contains(bus.Log, line => line.Contains("DELETE", StringComparison.Ordinal) && line.Contains("/v1/keys/me", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_demo_on_a_bus_that_can_do_less_says_what_it_leaves_out()
    {
        await using var bus = await LateStampingBus.StartAsync();

        var demo = await NativeCommand.RunAsync(
            new Dictionary<string, string> { ["HOME"] = home.Path }, "demo", "--base-url", bus.Address.ToString());

        Assert.True(demo.ExitCode == 0, demo.Output + demo.Errors);
        Assert.DoesNotContain("fail_task", demo.Output, StringComparison.Ordinal);
        Assert.Matches(@"\nThe bus at \S+ keeps no failures, questions and cancellations, so the demo leaves them out: it is no backchannel-mcp, or an older release\.\n", demo.Output);
    }

    [Fact]
    public async Task The_same_by_hand_ends_with_the_result()
    {
        var posted = await CallAsync("post_task", "--channel", "reviews", "--content", "Read src/parser.c");
        var id = posted.Text("message_id");
        var claimed = await CallAsync("claim_task", "--channel", "reviews", "--actor", "worker");

        var acknowledged = await CallAsync("ack_task", "--message-id", id, "--actor", "worker", "--result", "Line 40");
        var result = await CallAsync("await_result", "--channel", "reviews", "--message-id", id);

        Assert.Equal(id, claimed.Text("message_id"));
        Assert.Equal("acknowledged", acknowledged.Text("status"));
        Assert.Equal("Line 40", result.GetProperty("result").Text("content"));
    }

    [Fact]
    public async Task A_task_claimed_by_hand_is_ended_by_hand_whatever_actor_is_named()
    {
        var id = (await CallAsync("post_task", "--channel", "reviews", "--content", "Read src/parser.c")).Text("message_id");
        await CallAsync("claim_task", "--channel", "reviews", "--actor", "worker");

        var acknowledged = await CallAsync("ack_task", "--message-id", id, "--result", "Line 40");
        var again = await RunAsync("ack_task", "--message-id", id, "--result", "Line 41");

        Assert.Equal("acknowledged", acknowledged.Text("status"));
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("yours was NOT delivered", again.Errors, StringComparison.Ordinal);
    }

    private Task<NativeCommand> RunAsync(params string[] arguments) => NativeCommand.RunAsync(
        new Dictionary<string, string> { ["HOME"] = home.Path, ["BACKCHANNEL_BASE_URL"] = "local" }, ["call", .. arguments]);

    private async Task<System.Text.Json.JsonElement> CallAsync(params string[] arguments)
    {
        var call = await RunAsync(arguments);
        Assert.True(call.ExitCode == 0, call.Errors);
        return System.Text.Json.JsonElement.Parse(call.Output);
    }
}
