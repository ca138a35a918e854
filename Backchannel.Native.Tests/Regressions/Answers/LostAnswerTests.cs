using System.Text.Json;
using Backchannel.Native.Mcp;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Servers;

namespace Backchannel.Native.Tests.Regressions.Answers;

/// <summary>The bus did it, and its answer was lost: what the model is told to do next must not do it twice.</summary>
public sealed class LostAnswerTests : IAsyncLifetime, IDisposable
{
    private const string Task1 = """{"channel":"jobs","content":"t1"}""";

    private readonly Stack<IAsyncDisposable> owned = [];
    private TestBus bus = null!;
    private LosingFront front = null!;
    private ToolAgent agent = null!;
    private ToolAgent other = null!;

    public async Task InitializeAsync()
    {
        owned.Push(bus = await TestBus.StartAsync());
        owned.Push(front = new LosingFront(new(bus.BaseUrl)));
        owned.Push(agent = new ToolAgent(front.Address, "agent"));
        owned.Push(other = new ToolAgent(new(bus.BaseUrl), "other"));
    }

    public async Task DisposeAsync()
    {
        while (owned.TryPop(out var next))
        {
            await next.DisposeAsync();
        }
    }

    /// <summary>Everything owned is gone by then.</summary>
    public void Dispose() => GC.SuppressFinalize(this);

    [Theory]
    [InlineData("post_task", "/tasks HTTP")]
    [InlineData("broadcast", "/messages HTTP")]
    public async Task What_is_posted_again_after_a_lost_answer_is_stored_once(string tool, string request)
    {
        var refusal = await LoseAsync(request, tool, Task1);

        var again = await agent.CallAsync(tool, Task1);

        Assert.Contains("may have been stored. Call again with exactly the same arguments", refusal, StringComparison.Ordinal);
        Assert.Equal(again.Text("message_id"), Assert.Single(await StoredAsync("jobs")).Text("message_id"));
    }

    [Fact]
    public async Task What_is_posted_a_third_time_is_meant_as_another()
    {
        await LoseAsync("/tasks HTTP", "post_task", Task1);

        var repeated = await agent.CallAsync("post_task", Task1);
        var another = await agent.CallAsync("post_task", Task1);

        Assert.Contains("Your earlier call, whose answer was lost, stored this", repeated.Text("next"), StringComparison.Ordinal);
        Assert.DoesNotContain("earlier call", another.Text("next"), StringComparison.Ordinal);
        Assert.Equal(2, (await StoredAsync("jobs")).Count);
    }

    [Fact]
    public async Task A_lost_ack_with_its_next_task_counts_once_and_the_next_task_is_not_lost()
    {
        var (first, second) = (await agent.PostAsync("jobs", "t1"), await agent.PostAsync("jobs", "t2"));
        await agent.ClaimAsync("jobs");
        var ack = $$"""{"message_id":"{{first}}","result":"r","next":true}""";

        var refusal = await LoseAsync("/claim-next HTTP", "ack_task", ack);
        var again = await agent.CallAsync("ack_task", ack);

        Assert.Contains("Call ack_task again with exactly the same arguments", refusal, StringComparison.Ordinal);
        Assert.Equal("already_acknowledged", again.Text("status"));
        Assert.Equal(second, again.GetProperty("next").Text("message_id"));
        var results = await other.CallAsync("subscribe", $$"""{"channel":"result-of-{{first}}"}""");
        Assert.Equal("r", Assert.Single(results.GetProperty("data").EnumerateArray()).Text("content"));
    }

    [Fact]
    public async Task Other_content_after_a_lost_answer_is_another_task()
    {
        await LoseAsync("/tasks HTTP", "post_task", Task1);

        await agent.PostAsync("jobs", "t2");

        Assert.Equal(["t1", "t2"], (await StoredAsync("jobs")).Select(static message => message.Text("content")));
    }

    [Fact]
    public async Task A_post_that_was_cancelled_on_its_way_is_stored_once_when_it_is_repeated()
    {
        await using var holding = new HoldingFront(new(bus.BaseUrl), "/tasks HTTP");
        await using var slow = new ToolAgent(holding.Address, "slow");
        using var cancel = new CancellationTokenSource();
        var posting = slow.CallAsync("post_task", Task1, cancellationToken: cancel.Token);
        await holding.Arrived;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => posting);
        holding.Release();

        var posted = await slow.CallAsync("post_task", Task1);

        var read = await slow.CallAsync("subscribe", """{"channel":"jobs"}""");
        Assert.Equal(posted.Text("message_id"), Assert.Single(read.GetProperty("data").EnumerateArray()).Text("message_id"));
    }

    [Fact]
    public async Task A_refusal_is_no_lost_answer()
    {
        var refusal = await agent.FailAsync("post_task", $$"""{"channel":"jobs","content":"{{new string('x', 20_000)}}"}""");

        Assert.DoesNotContain("may have been", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_look_whose_answer_was_lost_says_nothing_about_storing()
    {
        var refusal = await LoseAsync("GET /v1/channels", "post_task", Task1);

        Assert.DoesNotContain("may have been", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_claim_whose_answer_was_lost_is_what_the_next_claim_task_gets()
    {
        var task = await agent.PostAsync("jobs", "t1");
        await agent.PostAsync("jobs", "t2");
        var refusal = await LoseAsync("/claim-next", "claim_task", """{"channel":"jobs"}""");

        var claimed = await agent.ClaimAsync("jobs");
        var acknowledged = await agent.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");

        Assert.Contains("Call claim_task again for it", refusal, StringComparison.Ordinal);
        Assert.Equal((task, false), (claimed.Text("message_id"), claimed.Has("redelivered")));
        Assert.Equal("acknowledged", acknowledged.Text("status"));
    }

    [Fact]
    public async Task A_claim_that_waits_gets_the_task_whose_answer_was_lost()
    {
        var task = await agent.PostAsync("jobs", "t1");
        await LoseAsync("/claim-next", "claim_task", """{"channel":"jobs"}""");

        var claimed = await agent.CallAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""");

        Assert.Equal(task, claimed.Text("message_id"));
    }

    [Fact]
    public async Task A_claim_whose_answer_was_lost_and_that_nobody_asks_for_goes_back_to_the_others()
    {
        var time = new SignallingTimeProvider();
        await using var worker = new ToolAgent(front.Address, "worker", time: time);
        var channel = (await agent.CallAsync("post_task", Task1)).Text("channel");
        front.Lose("/claim-next");
        await worker.FailAsync("claim_task", $$"""{"channel":"{{channel}}","lease_seconds":3600}""");
        front.Lose(null);

        time.Advance(await time.TimerAsync(static pause => pause == TimeSpan.FromSeconds(1)));
        var claimed = await other.CallAsync("claim_task", $$"""{"channel":"{{channel}}","wait_seconds":50}""");

        Assert.True(claimed.GetProperty("claimed").GetBoolean());
    }

    [Fact]
    public async Task A_claim_is_asked_for_again_and_again_while_the_bus_does_not_answer()
    {
        var time = new SignallingTimeProvider();
        await using var worker = new ToolAgent(front.Address, "worker", time: time);
        var channel = (await agent.CallAsync("post_task", Task1)).Text("channel");
        front.Lose("/claim-next");
        await worker.FailAsync("claim_task", $$"""{"channel":"{{channel}}","lease_seconds":3600}""");

        time.Advance(await time.TimerAsync(static pause => pause == TimeSpan.FromSeconds(1)));
        var second = await time.TimerAsync(static pause => pause == TimeSpan.FromSeconds(2));
        front.Lose(null);
        time.Advance(second);
        var claimed = await other.CallAsync("claim_task", $$"""{"channel":"{{channel}}","wait_seconds":50}""");

        Assert.True(claimed.GetProperty("claimed").GetBoolean());
    }

    [Fact]
    public async Task A_clean_exit_gives_back_a_claim_whose_answer_was_lost()
    {
        var channel = (await agent.CallAsync("post_task", Task1)).Text("channel");
        await LoseAsync("/claim-next", "claim_task", """{"channel":"jobs","lease_seconds":3600}""");

        await agent.Catalog.ReleaseHeldAsync();

        Assert.True((await other.ClaimAsync(channel)).GetProperty("claimed").GetBoolean());
    }

    [Fact]
    public async Task An_ack_that_is_repeated_after_a_lost_answer_counts_once_and_publishes_once()
    {
        var task = await agent.PostAsync("jobs", "t1");
        await agent.ClaimAsync("jobs");
        var ack = $$"""{"message_id":"{{task}}","result":"5"}""";

        var refusal = await LoseAsync("/finish HTTP", "ack_task", ack);
        var again = await agent.CallAsync("ack_task", ack);

        Assert.Contains("Call ack_task again with exactly the same arguments", refusal, StringComparison.Ordinal);
        Assert.Equal("acknowledged", again.Text("status"));
        Assert.Equal("5", Assert.Single(await StoredAsync($"result-of-{task}")).Text("content"));
    }

    [Fact]
    public async Task A_release_that_is_repeated_after_a_lost_answer_says_what_became_of_it()
    {
        var task = await agent.PostAsync("jobs", "t1");
        await agent.ClaimAsync("jobs");
        var release = $$"""{"message_id":"{{task}}"}""";

        var refusal = await LoseAsync("/finish HTTP", "release_task", release);
        var again = await agent.CallAsync("release_task", release);

        Assert.Contains("Call release_task again", refusal, StringComparison.Ordinal);
        Assert.Equal("released", again.Text("status"));
    }

    [Fact]
    public async Task A_failure_that_is_repeated_after_a_lost_answer_counts_once()
    {
        var task = await agent.PostAsync("jobs", "t1");
        await agent.ClaimAsync("jobs");
        var failure = $$"""{"message_id":"{{task}}","reason":"no disk"}""";

        var refusal = await LoseAsync("/finish HTTP", "fail_task", failure);
        var again = await agent.CallAsync("fail_task", failure);

        Assert.Contains("Call fail_task again with exactly the same arguments", refusal, StringComparison.Ordinal);
        Assert.Equal("waiting", again.Text("status"));
        Assert.Contains("Attempt 1 of 5", again.Text("note"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancellation_that_is_repeated_after_a_lost_answer_says_what_stands()
    {
        var task = await agent.PostAsync("jobs", "t1");
        var cancel = $$"""{"message_id":"{{task}}"}""";

        var refusal = await LoseAsync("/cancel HTTP", "cancel_task", cancel);
        var again = await agent.CallAsync("cancel_task", cancel);

        Assert.Contains("Call cancel_task again", refusal, StringComparison.Ordinal);
        Assert.Equal("cancelled", again.Text("status"));
    }

    [Fact]
    public async Task The_release_of_a_later_claim_is_not_taken_for_the_one_whose_answer_was_lost()
    {
        var task = await agent.PostAsync("jobs", "t1");
        var release = $$"""{"message_id":"{{task}}"}""";
        await agent.ClaimAsync("jobs");
        await LoseAsync("/finish HTTP", "release_task", release);
        await agent.ClaimAsync("jobs");

        await agent.CallAsync("release_task", release);

        Assert.Equal(task, (await agent.ClaimAsync("jobs")).Text("message_id"));
    }

    [Fact]
    public async Task A_key_whose_answer_was_lost_is_not_asked_for_again_under_its_label()
    {
        await agent.PostAsync("jobs", "t1");

        var refusal = await LoseAsync("POST /v1/keys", "issue_key", """{"agent_label":"helper"}""");

        Assert.EndsWith("Call issue_key again with another label.", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/tasks HTTP", "post_task", Task1, "subscribe on the same channel shows what is there")]
    [InlineData("/claim-next", "claim_task", """{"channel":"jobs","lease_seconds":60}""", "others get it 60 s later")]
    public async Task A_process_that_ends_says_how_to_look_instead(string part, string tool, string arguments, string advice)
    {
        await agent.PostAsync("jobs", "t0");
        front.Lose(part);

        var refusal = await Assert.ThrowsAsync<ToolException>(() => agent.Catalog.Tools.Single(known => known.Name == tool)
            .CallAsync(JsonElement.Parse(arguments), new ToolCall(null, null) { IsLast = true }, default));

        Assert.Contains(advice, refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>Calls a tool while answers are lost.</summary>
    /// <returns>What the model is told.</returns>
    private async Task<string> LoseAsync(string part, string tool, string arguments)
    {
        front.Lose(part);
        var refusal = await agent.FailAsync(tool, arguments);
        front.Lose(null);
        return refusal;
    }

    private async Task<List<JsonElement>> StoredAsync(string channel) =>
        [.. (await agent.CallAsync("subscribe", $$"""{"channel":"{{channel}}"}""")).GetProperty("data").EnumerateArray()];
}
