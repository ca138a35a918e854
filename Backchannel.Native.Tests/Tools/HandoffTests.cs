using System.Text;
using System.Text.Json;
using Backchannel.Native.Tools;

namespace Backchannel.Native.Tests.Tools;

/// <summary>What the tools promise about handing tasks over, on whatever bus.</summary>
public abstract class HandoffTests : IAsyncLifetime, IDisposable
{
    private readonly List<ToolAgent> agents = [];
    private readonly TemporaryFolder keys = new();

    public abstract Task InitializeAsync();

    public virtual async Task DisposeAsync()
    {
        foreach (var agent in agents)
        {
            await agent.DisposeAsync();
        }
    }

    public void Dispose()
    {
        keys.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected abstract Uri Address { get; }

    /// <summary>The folder with the key of this machine.</summary>
    private protected string Keys => keys.Path;

    [Fact]
    public async Task Thirty_tasks_posted_before_any_claim_arrive_once_each_oldest_first()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var posted = new List<string>();
        for (var index = 0; index < 30; index++)
        {
            posted.Add(await poster.PostAsync("jobs", $"task {index}"));
        }

        var claimed = new List<string>();
        while (await worker.ClaimAsync("jobs") is var task && task.GetProperty("claimed").GetBoolean())
        {
            claimed.Add(task.Text("message_id"));
        }

        Assert.Equal(posted, claimed);
    }

    [Fact]
    public async Task A_worker_goes_on_with_the_next_task_by_the_ack_of_the_one_before()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var (first, second) = (await poster.PostAsync("jobs", "one"), await poster.PostAsync("jobs", "two"));
        await worker.ClaimAsync("jobs");

        var acknowledged = await worker.CallAsync("ack_task", $$"""{"message_id":"{{first}}","result":"1","next":true}""");
        var next = acknowledged.GetProperty("next");
        var last = await worker.CallAsync("ack_task", $$"""{"message_id":"{{second}}","result":"2","next":true}""");

        Assert.Equal(("acknowledged", second, "two"), (acknowledged.Text("status"), next.Text("message_id"), next.Text("content")));
        Assert.Equal(("acknowledged", false), (last.Text("status"), last.GetProperty("next").GetProperty("claimed").GetBoolean()));
        foreach (var (task, result) in (IReadOnlyList<(string, string)>)[(first, "1"), (second, "2")])
        {
            var awaited = await poster.CallAsync("await_result", $$"""{"message_id":"{{task}}"}""");
            Assert.Equal(("acknowledged", result), (awaited.Text("status"), awaited.GetProperty("result").Text("content")));
        }
    }

    [Fact]
    public async Task Workers_that_race_get_each_task_once()
    {
        var poster = Agent("poster");
        for (var index = 0; index < 40; index++)
        {
            await poster.PostAsync("jobs", $"task {index}");
        }

        var claimed = await Task.WhenAll(Enumerable.Range(0, 4).Select(index => ClaimAllAsync(Agent($"worker-{index}"))));

        Assert.Equal(40, claimed.SelectMany(ids => ids).Distinct().Count());
        Assert.Equal(40, claimed.Sum(ids => ids.Count));
    }

    [Fact]
    public async Task Result_comes_back_to_who_awaits_it()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "add 2 and 3");
        await worker.ClaimAsync("jobs");

        var acknowledged = await worker.CallAsync(
            "ack_task", $$"""{"message_id":"{{task}}","result":"5","metadata":{"unit":"none"} }""");
        var result = await poster.CallAsync("await_result", $$"""{"channel":"jobs","message_id":"{{task}}"}""");

        Assert.Equal("acknowledged", acknowledged.Text("status"));
        Assert.Equal($"result-of-{task}", acknowledged.Text("result_channel"));
        Assert.Equal("acknowledged", result.Text("status"));
        Assert.Equal("worker", result.Text("acknowledged_by"));
        Assert.Equal("5", result.GetProperty("result").Text("content"));
        Assert.Equal("none", result.GetProperty("result").GetProperty("metadata").Text("unit"));
        Assert.Equal("worker", result.GetProperty("result").GetProperty("from").Text("actor"));
    }

    [Fact]
    public async Task Result_comes_back_across_keys_by_the_id_of_the_channel()
    {
        var (poster, worker) = (Agent("poster"), Stranger("worker"));
        var posted = await poster.CallAsync("post_task", """{"channel":"jobs","content":"add"}""");
        var (channel, task) = (posted.Text("channel"), posted.Text("message_id"));

        var claimed = await worker.ClaimAsync(channel);
        await worker.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");
        var result = await poster.CallAsync("await_result", $$"""{"channel":"jobs","message_id":"{{task}}"}""");

        Assert.Equal("poster", claimed.Text("owner"));
        Assert.Equal("5", result.GetProperty("result").Text("content"));
    }

    [Fact]
    public async Task Acknowledging_twice_publishes_one_result()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "add");
        await worker.ClaimAsync("jobs");
        var ack = $$"""{"message_id":"{{task}}","result":"5","actor":"worker"}""";

        await worker.CallAsync("ack_task", ack);
        var again = await worker.CallAsync("ack_task", ack);
        var results = await poster.CallAsync("subscribe", $$"""{"channel":"result-of-{{task}}"}""");

        Assert.Equal("already_acknowledged", again.Text("status"));
        Assert.Single(results.GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task Two_acknowledgements_at_once_publish_one_result()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "add");
        await worker.ClaimAsync("jobs");
        var ack = $$"""{"message_id":"{{task}}","result":"5"}""";

        await Task.WhenAll(worker.CallAsync("ack_task", ack), worker.CallAsync("ack_task", ack));
        var results = await poster.CallAsync("subscribe", $$"""{"channel":"result-of-{{task}}"}""");

        Assert.Single(results.GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task Task_without_a_result_is_acknowledged_without_one()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "tidy up");
        await worker.ClaimAsync("jobs");

        await worker.CallAsync("ack_task", $$"""{"message_id":"{{task}}"}""");
        var result = await poster.CallAsync("await_result", $$"""{"channel":"jobs","message_id":"{{task}}"}""");

        Assert.Equal("acknowledged", result.Text("status"));
        Assert.False(result.Has("result"));
    }

    [Fact]
    public async Task Released_task_goes_to_another_worker()
    {
        var (poster, worker, other) = (Agent("poster"), Agent("worker"), Agent("other"));
        var task = await poster.PostAsync("jobs", "add");
        await worker.ClaimAsync("jobs");

        var released = await worker.CallAsync("release_task", $$"""{"message_id":"{{task}}"}""");
        var claimed = await other.ClaimAsync("jobs");

        Assert.Equal("released", released.Text("status"));
        Assert.Equal(task, claimed.Text("message_id"));
        Assert.Equal("other", claimed.Text("actor"));
    }

    [Fact]
    public async Task Task_that_another_holds_is_not_acknowledged()
    {
        var (poster, worker, other) = (Agent("poster"), Agent("worker"), Agent("other"));
        var task = await poster.PostAsync("jobs", "add");
        await worker.ClaimAsync("jobs");

        var refusal = await other.FailAsync("ack_task", $$"""{"message_id":"{{task}}","result":"6"}""");
        var state = await poster.CallAsync(
            "await_result", $$"""{"channel":"jobs","message_id":"{{task}}","timeout_seconds":0}""");

        Assert.StartsWith("Backchannel error [409 already_claimed]: ", refusal, StringComparison.Ordinal);
        Assert.Equal("claimed", state.Text("status"));
        Assert.Equal("worker", state.Text("claimed_by"));
    }

    [Fact]
    public async Task Clean_exit_gives_tasks_back_at_once()
    {
        var (poster, worker, other) = (Agent("poster"), Agent("worker"), Agent("other"));
        await poster.PostAsync("jobs", "one");
        await poster.PostAsync("jobs", "two");
        await worker.ClaimAsync("jobs");
        var done = (await worker.ClaimAsync("jobs")).Text("message_id");
        await worker.CallAsync("ack_task", $$"""{"message_id":"{{done}}"}""");

        await worker.Catalog.ReleaseHeldAsync();

        Assert.Equal("one", (await other.ClaimAsync("jobs")).Text("content"));
        Assert.False((await other.ClaimAsync("jobs")).GetProperty("claimed").GetBoolean());
    }

    [Fact]
    public async Task Waiting_worker_gets_a_task_posted_to_a_channel_that_did_not_exist()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));

        var claiming = worker.CallAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""");
        var task = await poster.PostAsync("jobs", "add");

        Assert.Equal(task, (await claiming).Text("message_id"));
    }

    [Fact]
    public async Task Waiting_reader_gets_a_broadcast()
    {
        var (teller, reader) = (Agent("teller"), Agent("reader"));
        await teller.CallAsync("broadcast", """{"channel":"news","content":"first"}""");
        var read = await reader.CallAsync("subscribe", """{"channel":"news"}""");

        var waiting = reader.CallAsync(
            "subscribe", $$"""{"channel":"news","since":"{{read.Text("next_cursor")}}","wait_seconds":50}""");
        await teller.CallAsync("broadcast", """{"channel":"news","content":"second"}""");

        Assert.Equal("second", Assert.Single((await waiting).GetProperty("data").EnumerateArray()).Text("content"));
    }

    [Fact]
    public async Task Wrong_mode_names_the_right_tool()
    {
        var agent = Agent("agent");
        await agent.PostAsync("jobs", "add");
        await agent.CallAsync("broadcast", """{"channel":"news","content":"hello"}""");

        Assert.Contains("Use post_task", await agent.FailAsync("broadcast", """{"channel":"jobs","content":"x"}"""), StringComparison.Ordinal);
        Assert.Contains("Use broadcast", await agent.FailAsync("post_task", """{"channel":"news","content":"x"}"""), StringComparison.Ordinal);
        Assert.Contains("subscribe", await agent.FailAsync("claim_task", """{"channel":"news"}"""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("await_result", """{"channel":"nobody-made-this","message_id":"m"}""")]
    [InlineData("claim_task", """{"channel":"01a20efc-8990-41e2-aa5a-cc5537852e73"}""")]
    [InlineData("subscribe", """{"channel":"01a20efc-8990-41e2-aa5a-cc5537852e73"}""")]
    public async Task Channel_that_no_post_can_make_is_an_error_that_says_what_to_do(string tool, string arguments)
    {
        var refusal = await Agent("agent").FailAsync(tool, arguments);

        Assert.StartsWith("Backchannel error [404 channel_not_found]: ", refusal, StringComparison.Ordinal);
        Assert.Equal(2, refusal.Split('\n').Length);
    }

    [Fact]
    public async Task Name_that_nobody_has_posted_to_yet_has_no_task_and_no_message()
    {
        var agent = Agent("agent");

        var claim = await agent.CallAsync("claim_task", """{"channel":"early"}""");
        var read = await agent.CallAsync("subscribe", """{"channel":"early"}""");

        Assert.False(claim.GetProperty("claimed").GetBoolean());
        Assert.Equal("Nobody has posted here yet: your key knows no channel early.", claim.Text("note"));
        Assert.Contains("wait_seconds", claim.Text("next"), StringComparison.Ordinal);
        Assert.Equal((0, claim.Text("note")), (read.GetProperty("data").GetArrayLength(), read.Text("note")));
    }

    [Fact]
    public async Task Wait_for_a_name_that_stays_without_posts_ends_as_any_other()
    {
        var clock = new SignallingTimeProvider();
        var claiming = Agent("agent", clock).CallAsync("claim_task", """{"channel":"early","wait_seconds":20}""");
        await PassTimeUntilAsync(clock, claiming);

        var claim = await claiming;

        Assert.False(claim.GetProperty("claimed").GetBoolean());
        Assert.StartsWith("Nobody has posted here yet", claim.Text("note"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Longer_wait_than_allowed_is_the_longest_allowed()
    {
        var agent = Agent("agent");
        await agent.PostAsync("jobs", "add");

        var claim = await agent.CallAsync("claim_task", """{"channel":"jobs","wait_seconds":120}""");

        Assert.True(claim.GetProperty("claimed").GetBoolean());
        Assert.Equal("wait_seconds 120 was taken as 50, the most allowed.", claim.Text("note"));
    }

    [Fact]
    public async Task Result_is_awaited_without_its_channel_by_who_posted()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "add");
        await worker.ClaimAsync("jobs");
        await worker.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");

        var result = await poster.CallAsync("await_result", $$"""{"message_id":"{{task}}"}""");

        Assert.Equal("5", result.GetProperty("result").Text("content"));
    }

    [Fact]
    public async Task Task_that_nobody_took_is_open()
    {
        var poster = Agent("poster");
        var task = await poster.PostAsync("jobs", "add");

        var state = await poster.CallAsync("await_result", $$"""{"message_id":"{{task}}","timeout_seconds":0}""");

        Assert.Equal("open", state.Text("status"));
        Assert.StartsWith("No worker has taken it yet", state.Text("note"), StringComparison.Ordinal);
        Assert.Contains($"await_result again with message_id {task}", state.Text("next"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("jobs")]
    [InlineData("$id")]
    public async Task Asking_for_access_to_an_own_channel_says_that_it_is_the_own(string channel)
    {
        var agent = Agent("agent");
        var id = (await agent.CallAsync("post_task", """{"channel":"jobs","content":"add"}""")).Text("channel");

        var asked = await agent.CallAsync("request_access", $$"""{"channel":"{{channel.Replace("$id", id, StringComparison.Ordinal)}}"}""");

        Assert.Equal("already_member", asked.Text("status"));
        Assert.StartsWith("This is your own channel", asked.Text("next"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("post_task")]
    [InlineData("broadcast")]
    public async Task New_channel_with_the_name_of_anothers_says_so_once(string tool)
    {
        var (stranger, agent) = (Stranger("stranger"), Agent("agent"));
        var other = (await stranger.CallAsync(tool, """{"channel":"shared","content":"x"}""")).Text("channel");

        var first = await agent.CallAsync(tool, """{"channel":"shared","content":"x"}""");
        var second = await agent.CallAsync(tool, """{"channel":"shared","content":"y"}""");

        Assert.Contains($"post again with channel {other}", first.Text("next"), StringComparison.Ordinal);
        Assert.NotEqual(other, first.Text("channel"));
        Assert.DoesNotContain(other, second.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task New_channel_is_told_once_and_an_id_that_does_not_exist_makes_none()
    {
        await Stranger("stranger").PostAsync("other", "x");
        var agent = Agent("agent");

        var first = await agent.CallAsync("post_task", """{"channel":"jobs","content":"x"}""");
        var second = await agent.CallAsync("post_task", """{"channel":"jobs","content":"y"}""");
        var mistyped = await agent.FailAsync("post_task", $$"""{"channel":"{{first.Text("message_id")}}","content":"x"}""");

        Assert.StartsWith("This made a new channel: nobody has used that name with your key before. Call await_result", first.Text("next"), StringComparison.Ordinal);
        Assert.StartsWith("Call await_result", second.Text("next"), StringComparison.Ordinal);
        Assert.Contains("channel_not_found", mistyped, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subscription_shows_whole_messages_within_the_size_of_an_answer_and_the_rest_behind_the_cursor()
    {
        var (teller, reader) = (Agent("teller"), Agent("reader"));
        for (var index = 0; index < 25; index++)
        {
            await teller.CallAsync("broadcast", $$"""{"channel":"news","content":"{{index}} {{new string('z', 9900)}}"}""");
        }

        var (numbers, cursor) = (new List<string>(), "");
        while (numbers.Count < 25)
        {
            var read = await reader.CallAsync("subscribe", $$"""{"channel":"news","limit":100,"since":"{{cursor}}"}""");
            Assert.InRange(Encoding.UTF8.GetByteCount(read.GetRawText()), 1, 100_000);
            var data = read.GetProperty("data").EnumerateArray().Select(message => message.Text("content").Split(' ')).ToList();
            Assert.All(data, words => Assert.Equal(9900, words[1].Length));
            numbers.AddRange(data.Select(words => words[0]));
            Assert.Equal(numbers.Count < 25, read.Text("next").StartsWith("There may be more", StringComparison.Ordinal));
            cursor = read.Text("next_cursor");
        }

        Assert.Equal(Enumerable.Range(0, 25).Select(index => $"{index}"), numbers);
    }

    [Fact]
    public async Task Waiting_poster_hears_who_claimed()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "add");
        var claimed = new TaskCompletionSource<string>();

        var waiting = poster.CallAsync(
            "await_result", $$"""{"channel":"jobs","message_id":"{{task}}"}""", progress: claimed.SetResult);
        await worker.ClaimAsync("jobs");
        var progress = await claimed.Task.Within();
        await worker.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");

        Assert.Equal("claimed by worker", progress);
        Assert.Equal("5", (await waiting).GetProperty("result").Text("content"));
    }

    [Fact]
    public async Task Cancelled_wait_ends_without_its_time()
    {
        var (poster, cancel) = (Agent("poster"), new CancellationTokenSource());
        var task = await poster.PostAsync("jobs", "add");

        var waiting = poster.CallAsync(
            "await_result", $$"""{"channel":"jobs","message_id":"{{task}}"}""", cancellationToken: cancel.Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        cancel.Dispose();
    }

    [Fact]
    public async Task Wait_for_a_task_ends_after_one_look_when_its_caller_sends_nothing_more()
    {
        var agent = Agent("agent");
        await agent.PostAsync("jobs", "add");
        await agent.ClaimAsync("jobs");
        using var inputEnded = new CancellationTokenSource();

        var waiting = agent.CallAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""", inputEnded: inputEnded.Token);
        await inputEnded.CancelAsync();

        // A bus that waits and looks in one request has not looked before: then the call ends with what it finds.
        if (await Record.ExceptionAsync(() => waiting.Within()) is { } ended)
        {
            Assert.IsAssignableFrom<OperationCanceledException>(ended);
        }
        else
        {
            Assert.False((await waiting).GetProperty("claimed").GetBoolean());
        }
    }

    [Theory]
    [InlineData("subscribe", """{"channel":"jobs","since":"2999-01-01T00:00:00Z","wait_seconds":50}""")]
    public async Task Wait_ends_when_its_caller_sends_nothing_more(string tool, string arguments)
    {
        var agent = Agent("agent");
        await agent.PostAsync("jobs", "add");
        await agent.ClaimAsync("jobs");
        using var inputEnded = new CancellationTokenSource();

        var waiting = agent.CallAsync(tool, arguments, inputEnded: inputEnded.Token);
        await inputEnded.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task Worker_sees_what_the_poster_calls_itself_apart_from_what_the_bus_knows()
    {
        await Agent("poster").PostAsync("jobs", "add");

        var from = (await Agent("worker").ClaimAsync("jobs")).GetProperty("from");

        Assert.Equal("poster", from.Text("label"));
        Assert.False(from.Has("actor"));
    }

    [Fact]
    public async Task Message_that_is_not_on_the_channel_cannot_be_awaited()
    {
        var agent = Agent("agent");
        await agent.PostAsync("jobs", "add");

        var refusal = await agent.FailAsync("await_result", """{"channel":"jobs","message_id":"no-such-message"}""");

        Assert.StartsWith("Message no-such-message is not on channel jobs.\n", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Task_that_nobody_claimed_is_acknowledged_by_nobody_and_stays_open()
    {
        var poster = Agent("poster");
        var task = await poster.PostAsync("jobs", "add");

        var refusal = await Agent("other").FailAsync("ack_task", $$"""{"message_id":"{{task}}","result":"never mind"}""");
        var claim = await Agent("worker").ClaimAsync("jobs");

        Assert.Contains("Nobody holds task", refusal, StringComparison.Ordinal);
        Assert.Contains("Claim it first with claim_task", refusal, StringComparison.Ordinal);
        Assert.Equal(task, claim.Text("message_id"));
    }

    [Fact]
    public async Task Second_result_is_not_delivered_and_its_sender_is_told_so()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "add");
        await worker.ClaimAsync("jobs");
        await worker.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");

        var refusal = await worker.FailAsync("ack_task", $$"""{"message_id":"{{task}}","result":"6"}""");
        var result = await poster.CallAsync("await_result", $$"""{"channel":"jobs","message_id":"{{task}}"}""");

        Assert.Contains("worker acknowledged it", refusal, StringComparison.Ordinal);
        Assert.Contains("first result stands; yours was NOT delivered", refusal, StringComparison.Ordinal);
        Assert.Equal("5", result.GetProperty("result").Text("content"));
    }

    [Fact]
    public async Task Repeated_report_says_that_the_task_was_done_before()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "add");
        await worker.ClaimAsync("jobs");
        await worker.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");

        var again = await worker.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");

        Assert.Equal("already_acknowledged", again.Text("status"));
        Assert.Contains("worker acknowledged it at", again.Text("note"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Giving_back_a_task_that_is_done_says_that_it_is_done()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "add");
        await worker.ClaimAsync("jobs");
        await worker.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");

        var released = await worker.CallAsync("release_task", $$"""{"message_id":"{{task}}"}""");

        Assert.Equal("already_acknowledged", released.Text("status"));
        Assert.Contains("is done: worker acknowledged it at", released.Text("note"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ack_task", "Claim it first")]
    [InlineData("release_task", "there is nothing to give back")]
    public async Task Ending_a_task_that_was_given_back_says_that_it_is_open(string tool, string next)
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "add");
        await worker.ClaimAsync("jobs");
        await worker.CallAsync("release_task", $$"""{"message_id":"{{task}}"}""");

        var refusal = await worker.FailAsync(tool, $$"""{"message_id":"{{task}}"}""");

        Assert.Contains($"Nobody holds task {task}", refusal, StringComparison.Ordinal);
        Assert.Contains(next, refusal, StringComparison.Ordinal);
        Assert.Equal(task, (await Agent("other").ClaimAsync("jobs")).Text("message_id"));
    }

    [Theory]
    [InlineData("ack_task")]
    [InlineData("release_task")]
    public async Task Ending_a_task_that_the_bus_does_not_know_does_not_advise_to_post_it_again(string tool)
    {
        var refusal = await Agent("worker").FailAsync(tool, """{"message_id":"6b1b5f1e-0000-4000-8000-000000000000"}""");

        Assert.Contains("[404 message_not_found]", refusal, StringComparison.Ordinal);
        Assert.Contains("Check the id", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("ost it again", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Claiming_with_a_task_in_hand_names_it_and_claims_all_the_same()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var first = await poster.PostAsync("jobs", "one");
        await poster.PostAsync("jobs", "two");
        var alone = await worker.ClaimAsync("jobs");

        var second = await worker.ClaimAsync("jobs");
        var none = await worker.ClaimAsync("jobs");

        Assert.False(alone.Has("note"));
        Assert.Equal("two", second.Text("content"));
        Assert.Equal($"You still hold {first}: end each with ack_task, fail_task or release_task.", second.Text("note"));
        Assert.Contains($"{first}, ", none.Text("note"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Actor_that_is_named_at_the_end_only_does_not_keep_a_holder_from_its_task()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "add");
        await worker.ClaimAsync("jobs");

        var acknowledged = await worker.CallAsync("ack_task", $$"""{"message_id":"{{task}}","actor":"somebody","result":"5"}""");

        Assert.Equal("acknowledged", acknowledged.Text("status"));
    }

    [Fact]
    public async Task Result_survives_the_end_of_who_published_it_and_who_waited()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var task = await poster.PostAsync("jobs", "add");
        await worker.ClaimAsync("jobs");
        await worker.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");
        await worker.DisposeAsync();
        await poster.DisposeAsync();

        var result = await Agent("poster-again").CallAsync("await_result", $$"""{"channel":"jobs","message_id":"{{task}}"}""");

        Assert.Equal("5", result.GetProperty("result").Text("content"));
    }

    [Fact]
    public async Task Cursor_of_another_channel_is_refused()
    {
        var agent = Agent("agent");
        await agent.CallAsync("broadcast", """{"channel":"news","content":"x"}""");
        await agent.CallAsync("broadcast", """{"channel":"more","content":"x"}""");
        var cursor = (await agent.CallAsync("subscribe", """{"channel":"news"}""")).Text("next_cursor");

        var refusal = await agent.FailAsync("subscribe", $$"""{"channel":"more","since":"{{cursor}}"}""");

        Assert.StartsWith("since: this cursor belongs to another channel.", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subscription_continues_behind_a_timestamp()
    {
        var agent = Agent("agent");
        var first = await agent.CallAsync("broadcast", """{"channel":"news","content":"first"}""");
        await agent.CallAsync("broadcast", """{"channel":"news","content":"second"}""");

        var read = await agent.CallAsync("subscribe", $$"""{"channel":"news","since":"{{first.Text("created_at")}}"}""");

        Assert.DoesNotContain(read.GetProperty("data").EnumerateArray(), message => message.Text("content") == "first");
    }

    [Fact]
    public async Task Labels_of_others_are_shown_without_what_cannot_be_seen()
    {
        var agent = Agent("agent");
        await agent.CallAsync("broadcast", """{"channel":"news","content":"x\u202ey","actor_label":"ad\u200bmin\u202e\n!"}""");

        var read = await agent.CallAsync("subscribe", """{"channel":"news"}""");

        var message = Assert.Single(read.GetProperty("data").EnumerateArray());
        Assert.Equal("admin !", message.GetProperty("from").Text("label"));
        Assert.Equal("x\u202ey", message.Text("content"));
    }

    [Fact]
    public async Task Channels_are_listed_but_not_those_of_results()
    {
        var agent = Agent("agent");
        var task = await agent.PostAsync("jobs", "add");
        await agent.ClaimAsync("jobs");
        await agent.CallAsync("ack_task", $$"""{"message_id":"{{task}}","result":"5"}""");

        var listed = await agent.CallAsync("list_channels", "{}");

        Assert.Equal("jobs", Assert.Single(listed.GetProperty("data").EnumerateArray()).Text("name"));
    }

    [Fact]
    public async Task Asking_for_access_to_an_open_channel_says_that_it_is_open()
    {
        var posted = await Agent("agent").CallAsync("post_task", """{"channel":"jobs","content":"add"}""");

        var asked = await Stranger("stranger").CallAsync(
            "request_access", $$"""{"channel":"{{posted.Text("channel")}}","reason":"to help"}""");

        Assert.Equal("open", asked.Text("status"));
    }

    [Theory]
    [InlineData("all", true)]
    [InlineData("any", false)]
    public async Task Several_tasks_are_awaited_together(string until, bool whole)
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        string[] tasks = [await poster.PostAsync("jobs", "first"), await poster.PostAsync("jobs", "second"), await poster.PostAsync("jobs", "third")];
        var ids = string.Join(',', tasks.Select(task => $"\"{task}\""));
        for (var i = 0; i < (whole ? 3 : 1); i++)
        {
            await worker.ClaimAsync("jobs");
            await worker.CallAsync("ack_task", $$"""{"message_id":"{{tasks[i]}}","result":"{{i}}"}""");
        }

        var result = await poster.CallAsync("await_result", $$"""{"message_ids":[{{ids}}],"until":"{{until}}"}""");
        var look = await poster.CallAsync("await_result", $$"""{"message_ids":[{{ids}}],"timeout_seconds":0}""");

        Assert.Equal("acknowledged", result.Text("status"));
        Assert.Equal(tasks, result.GetProperty("results").EnumerateArray().Select(entry => entry.Text("message_id")));
        Assert.Equal("0", result.GetProperty("results")[0].GetProperty("result").Text("content"));
        Assert.Equal(whole ? "acknowledged" : "open", result.GetProperty("results")[2].Text("status"));
        Assert.Equal(whole ? "acknowledged" : "open", look.Text("status"));
    }

    [Fact]
    public async Task Issued_key_is_another_than_the_own_and_comes_with_a_warning()
    {
        var agent = Agent("agent");
        var own = await agent.Client.GetOwnKeyAsync(CancellationToken.None);

        var issued = await agent.CallAsync("issue_key", """{"agent_label":"newcomer"}""");

        Assert.Equal("newcomer", issued.Text("agent_label"));
        Assert.NotEqual(own.KeyId, issued.Text("key_id"));
        Assert.StartsWith(issued.Text("key_id") + ".", issued.Text("key"), StringComparison.Ordinal);
        Assert.Contains("secret", issued.Text("warning"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subscription_with_sixteen_posters_shows_every_message_once()
    {
        var reader = Reader();
        await reader.CallAsync("broadcast", """{"channel":"news","content":"start"}""");
        var posting = Task.WhenAll(Enumerable.Range(0, 16).Select(index => PostManyAsync(Agent($"poster-{index}"), 200)));

        var (shown, cursor) = (new List<string>(), "");
        for (var isLast = false; !isLast;)
        {
            isLast = posting.IsCompleted;
            string before;
            do
            {
                before = cursor;
                var read = await reader.CallAsync("subscribe", $$"""{"channel":"news","limit":100,"since":"{{cursor}}"}""");
                shown.AddRange(read.GetProperty("data").EnumerateArray().Select(message => message.Text("message_id")));
                cursor = read.Text("next_cursor");
                isLast &= read.GetProperty("data").GetArrayLength() == 0;
            }
            while (isLast && before != cursor);
        }

        var posted = (await posting).SelectMany(ids => ids).ToHashSet();
        Assert.Equal(shown.Count, shown.Distinct().Count());
        Assert.Empty(posted.Except(shown));
        Assert.Equal(posted.Count + 1, shown.Count);
    }

    /// <summary>Lets a clock run, step by step, until a call is over.</summary>
    private protected static async Task PassTimeUntilAsync(SignallingTimeProvider clock, Task call)
    {
        var pause = clock.TimerAsync(static dueTime => dueTime <= TimeSpan.FromSeconds(5));
        while (await Task.WhenAny(call, pause) != call)
        {
            clock.Advance(await pause);
            pause = clock.TimerAsync(static dueTime => dueTime <= TimeSpan.FromSeconds(5));
        }
    }

    /// <summary>An agent that reads while others post fast, and for which the pauses that late messages need take no time.</summary>
    private protected abstract ToolAgent Reader();

    /// <summary>Moves a clock past each pause that a subscription makes, until the test is over.</summary>
    private protected static async Task PassPausesAsync(SignallingTimeProvider clock, Func<Task> before)
    {
        try
        {
            while (true)
            {
                var pause = await clock.TimerAsync(dueTime => dueTime == SubscriptionReader.Overlap);
                await before();
                clock.Advance(pause);
            }
        }
        catch (TimeoutException)
        {
            // No further pause: the test is over.
        }
    }

    /// <summary>An agent with the key of this machine.</summary>
    private protected ToolAgent Agent(string label, TimeProvider? time = null, bool isDetached = false)
    {
        var agent = new ToolAgent(Address, label, keys.Path, time, isDetached);
        agents.Add(agent);
        return agent;
    }

    /// <summary>An agent with a key of its own.</summary>
    private protected ToolAgent Stranger(string label, TimeProvider? time = null)
    {
        var agent = new ToolAgent(Address, label, keyFolder: null, time);
        agents.Add(agent);
        return agent;
    }

    private static async Task<List<string>> ClaimAllAsync(ToolAgent worker)
    {
        var ids = new List<string>();
        while (await worker.ClaimAsync("jobs") is var task && task.GetProperty("claimed").GetBoolean())
        {
            ids.Add(task.Text("message_id"));
        }

        return ids;
    }

    private static async Task<List<string>> PostManyAsync(ToolAgent poster, int count)
    {
        var ids = new List<string>();
        while (ids.Count < count)
        {
            JsonElement posted = await poster.CallAsync("broadcast", $$"""{"channel":"news","content":"message {{ids.Count}}"}""");
            ids.Add(posted.Text("message_id"));
        }

        return ids;
    }
}
