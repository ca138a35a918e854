using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Servers;

namespace Backchannel.Native.Tests.EndToEnd.Handoff;

/// <summary>Answers that are lost on the way, told to a model and to a shell by the published file.</summary>
public sealed class LostAnswerTests : IDisposable
{
    private readonly TemporaryHome home = new();

    public void Dispose() => home.Dispose();

    [Fact]
    public async Task Whoever_repeats_what_had_no_answer_hands_over_one_task_once()
    {
        await using var bus = await TestBus.StartAsync();
        await using var front = new LosingFront(new(bus.BaseUrl));
        await using var agent = await AgentProcess.StartAsync(home.Path, "agent", front.Address.OriginalString);

        var posted = await TwiceAsync("/tasks HTTP", "post_task", """{"channel":"jobs","content":"add"}""");
        var task = posted.Text("message_id");
        var claimed = await TwiceAsync("/claim-next HTTP", "claim_task", """{"channel":"jobs"}""");
        var acknowledged = await TwiceAsync("/finish HTTP", "ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");
        var stored = await agent.CallAsync("subscribe", """{"channel":"jobs"}""");
        var results = await agent.CallAsync("subscribe", $$"""{"channel":"result-of-{{task}}"}""");

        Assert.Equal((task, "acknowledged"), (claimed.Text("message_id"), acknowledged.Text("status")));
        Assert.Equal((1, 1), (stored.GetProperty("data").GetArrayLength(), results.GetProperty("data").GetArrayLength()));

        async Task<System.Text.Json.JsonElement> TwiceAsync(string lost, string tool, string arguments)
        {
            front.Lose(lost);
            await Assert.ThrowsAsync<InvalidOperationException>(() => agent.CallAsync(tool, arguments));
            front.Lose(null);
            return await agent.CallAsync(tool, arguments);
        }
    }

    [Fact]
    public async Task A_shell_is_told_to_look_first()
    {
        await using var bus = await TestBus.StartAsync();
        await using var front = new LosingFront(new(bus.BaseUrl));
        front.Lose("/tasks HTTP");
        var environment = new Dictionary<string, string> { ["HOME"] = home.Path, ["BACKCHANNEL_BASE_URL"] = front.Address.OriginalString };

        var call = await NativeCommand.RunAsync(environment, "call", "post_task", "--channel", "jobs", "--content", "add");

        Assert.Equal(1, call.ExitCode);
        Assert.Contains("The task may have been stored. Look before you post it again", call.Errors, StringComparison.Ordinal);
    }
}
