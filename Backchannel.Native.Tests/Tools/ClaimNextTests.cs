using System.Net.Http;
using System.Text;
using System.Text.Json;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Servers;
using Backchannel.Native.Tools;
using Backchannel.Native.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Tools;

/// <summary><c>claim_task</c> on a bus that finds the best task itself.</summary>
public sealed class ClaimNextTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder keys = new();
    private readonly FakeTimeProvider time = new(DateTimeOffset.UnixEpoch.AddYears(56)) { AutoAdvanceAmount = TimeSpan.FromMicroseconds(1) };
    private readonly List<ToolAgent> agents = [];
    private TestBus bus = null!;

    public async Task InitializeAsync() => bus = await TestBus.StartAsync(options => options with { LogRequests = true }, time);

    public async Task DisposeAsync()
    {
        foreach (var agent in agents)
        {
            await agent.DisposeAsync();
        }

        await bus.DisposeAsync();
    }

    public void Dispose() => keys.Dispose();

    [Fact]
    public async Task A_claim_is_one_request_whether_it_waits_or_not()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        await poster.PostAsync("jobs", "one");
        await worker.ClaimAsync("jobs");
        var atOnce = await RequestsAsync(Routes.ClaimNext, 1);
        var waiting = worker.CallAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""");
        await poster.UntilWaitingAsync("jobs", 1);

        await poster.PostAsync("jobs", "two");

        Assert.Equal("two", (await waiting).Text("content"));
        Assert.Equal((1, 2), (atOnce, await RequestsAsync(Routes.ClaimNext, 2)));
        Assert.Equal(0, Requests("/v1/messages/{message}/claim-with-lease"));
    }

    [Fact]
    public async Task An_ack_and_the_claim_of_the_next_task_are_one_request()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var first = await poster.PostAsync("jobs", "one");
        var second = await poster.PostAsync("jobs", "two");
        await worker.ClaimAsync("jobs");

        var acknowledged = await worker.CallAsync("ack_task", $$"""{"message_id":"{{first}}","result":"r","next":true}""");

        Assert.Equal(second, acknowledged.GetProperty("next").Text("message_id"));
        Assert.Equal((2, 0), (await RequestsAsync(Routes.ClaimNext, 2), Requests("/v1/messages/{message}/finish")));
    }

    [Fact]
    public async Task The_next_task_comes_from_all_the_channels_of_the_claim_with_as_long_a_lease()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var first = await poster.PostAsync("build", "one");
        await PostAsync(poster, "test", "urgent", """, "priority": 9""");
        await poster.PostAsync("build", "two");
        await worker.CallAsync("claim_task", """{"channel":"build","channels":["test"],"lease_seconds":600,"actor":"wanda"}""");
        await PostAsync(poster, "deploy", "elsewhere", """, "priority": 9""");

        var taken = (await worker.CallAsync("my_tasks", "{}")).GetProperty("mine")[0].Text("message_id");
        var next = (await worker.CallAsync("ack_task", $$"""{"message_id":"{{taken}}","next":true}""")).GetProperty("next");
        var last = (await worker.CallAsync("ack_task", $$"""{"message_id":"{{next.Text("message_id")}}","next":true}""")).GetProperty("next");

        Assert.Equal((first, "one", "two"), (next.Text("message_id"), next.Text("content"), last.Text("content")));
        Assert.Equal("wanda", next.Text("actor"));
        Assert.InRange(Time(last, "lease_expires_at") - time.GetUtcNow(), TimeSpan.FromSeconds(590), TimeSpan.FromSeconds(600));
    }

    [Fact]
    public async Task An_ack_that_is_refused_claims_no_next_task()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var first = await poster.PostAsync("jobs", "one");
        await worker.ClaimAsync("jobs");
        await poster.PostAsync("jobs", "two");
        await poster.CallAsync("cancel_task", $$"""{"message_id":"{{first}}"}""");

        var refusal = await worker.FailAsync("ack_task", $$"""{"message_id":"{{first}}","result":"late","next":true}""");

        Assert.Contains("cancelled", refusal, StringComparison.Ordinal);
        Assert.Equal("two", (await Agent("other").ClaimAsync("jobs")).Text("content"));
    }

    /// <remarks>A bus of an older release in the place of this one: it claims, and does not see the ack.</remarks>
    [Fact]
    public async Task A_task_that_a_bus_claimed_without_the_ack_is_given_back_before_both_are_asked_for_one_by_one()
    {
        await using var front = new RewritingFront(new(bus.BaseUrl), "\"ack\":{", "\"old\":{");
        await using var worker = new ToolAgent(front.Address, "worker", keys.Path, time);
        await using var poster = new ToolAgent(front.Address, "poster", keys.Path, time);
        var first = await poster.PostAsync("jobs", "one");
        var second = await poster.PostAsync("jobs", "two");
        await worker.ClaimAsync("jobs");

        var acknowledged = await worker.CallAsync("ack_task", $$"""{"message_id":"{{first}}","result":"r","next":true}""");

        var next = acknowledged.GetProperty("next");
        Assert.Equal(("acknowledged", second), (acknowledged.Text("status"), next.Text("message_id")));
        Assert.Equal("released", Assert.Single(next.GetProperty("attempts").EnumerateArray()).Text("outcome"));
        Assert.Equal("r", (await poster.CallAsync("await_result", $$"""{"message_id":"{{first}}"}""")).GetProperty("result").Text("content"));
        Assert.Equal([second], (await worker.CallAsync("my_tasks", "{}")).GetProperty("mine").EnumerateArray().Select(static task => task.Text("message_id")));
    }

    /// <remarks>As a host does that sends a call again before it has the answer.</remarks>
    [Fact]
    public async Task Two_equal_acks_at_once_claim_one_next_task()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var first = await poster.PostAsync("jobs", "one");
        await poster.PostAsync("jobs", "two");
        await poster.PostAsync("jobs", "three");
        await worker.ClaimAsync("jobs");
        var arguments = $$"""{"message_id":"{{first}}","result":"r","next":true}""";

        var answers = await Task.WhenAll(worker.CallAsync("ack_task", arguments), worker.CallAsync("ack_task", arguments));

        Assert.Single(answers, static answer => answer.TryGetProperty("next", out var next) && next.GetProperty("claimed").GetBoolean());
        Assert.Contains("No next task was claimed", Assert.Single(answers, static answer => answer.Has("note")).Text("note"), StringComparison.Ordinal);
        Assert.Single((await worker.CallAsync("my_tasks", "{}")).GetProperty("mine").EnumerateArray());
    }

    [Fact]
    public async Task A_next_task_that_cannot_be_claimed_does_not_undo_the_ack()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var first = await poster.PostAsync("jobs", "one");
        await poster.PostAsync("test", "elsewhere");
        await worker.CallAsync("claim_task", """{"channels":["jobs","test"]}""");
        var test = await poster.Client.GetChannelAsync("test", CancellationToken.None);
        await SendAsync(poster, HttpMethod.Delete, Routes.Channel(test.Id), "");

        var acknowledged = await worker.CallAsync("ack_task", $$"""{"message_id":"{{first}}","result":"r","next":true}""");

        Assert.Equal("acknowledged", acknowledged.Text("status"));
        Assert.Equal("r", (await poster.CallAsync("await_result", $$"""{"message_id":"{{first}}"}""")).GetProperty("result").Text("content"));
        Assert.Contains($"Deleted meanwhile, or closed to your key: {test.Id}.", acknowledged.GetProperty("next").Text("note"), StringComparison.Ordinal);
    }

    /// <remarks>Of a bus that takes much longer messages than a client reads.</remarks>
    [Fact]
    public async Task A_task_that_is_too_long_to_be_read_is_passed_over_and_the_next_one_handed_out()
    {
        await using var large = await TestBus.StartAsync(options => options with { MaxMessageBytes = 1_000_000 });
        var caller = await BusCaller.MintAsync(large, "attacker");
        var channel = await caller.CreateAsync("jobs");
        var poison = await caller.PostAsync(channel, new string('\u007f', 800_000));
        var healthy = await caller.PostAsync(channel, "healthy");
        await using var worker = new ToolAgent(new(large.BaseUrl), "worker");

        var refusal = await worker.FailAsync("claim_task", $$"""{"channel":"{{channel}}"}""");
        var next = await worker.ClaimAsync(channel);
        var both = await worker.CallAsync("await_result", $$"""{"message_ids":["{{poison}}","{{healthy}}"],"timeout_seconds":0,"until":"any"}""");

        var task = (await caller.SendAsync("GET", $"/v1/messages/{poison}")).Json.GetProperty("task");
        Assert.Contains($"task {poison} was passed over, and the attempt counts as failed", refusal, StringComparison.Ordinal);
        Assert.Contains("Call claim_task again for the next task", refusal, StringComparison.Ordinal);
        Assert.Equal(healthy, next.Text("message_id"));
        Assert.Equal(("waiting", "failed"), (task.Text("state"), task.GetProperty("attempts")[0].Text("outcome")));
        var results = both.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal(("unknown", "claimed"), (results[0].Text("status"), results[1].Text("status")));
        Assert.Contains("cannot be read", results[0].Text("note"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_own_task_that_is_too_long_to_be_read_leaves_the_tasks_that_this_session_holds()
    {
        await using var large = await TestBus.StartAsync(options => options with { MaxMessageBytes = 1_000_000 });
        await using var agent = new ToolAgent(new(large.BaseUrl), "agent", keys.Path);
        var held = await agent.PostAsync("jobs", "held");
        await agent.ClaimAsync("jobs");
        var key = Directory.GetFiles(keys.Path, "*", SearchOption.AllDirectories).Select(File.ReadAllText).Single(static text => text.StartsWith("bck_", StringComparison.Ordinal)).Trim();
        await new BusCaller(large, key, "").SendAsync("POST", "/v1/channels/jobs/tasks", $$"""{"content":"{{new string('\u007f', 800_000)}}"}""");

        var mine = await agent.CallAsync("my_tasks", "{}");

        Assert.Equal(held, Assert.Single(mine.GetProperty("mine").EnumerateArray()).Text("message_id"));
        Assert.StartsWith("The list of your tasks is too long to be read.", mine.Text("note"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("await_result")]
    [InlineData("cancel_task")]
    [InlineData("release_task")]
    public async Task Dots_are_no_id(string tool)
    {
        var refusal = await Agent("worker").FailAsync(tool, """{"message_id":".."}""");

        Assert.StartsWith("Backchannel error [invalid_id]: ", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_that_was_waited_for_is_confirmed_before_the_worker_sees_it()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        await poster.PostAsync("jobs", "one");
        await worker.ClaimAsync("jobs");
        var waiting = worker.CallAsync("claim_task", """{"channel":"jobs","wait_seconds":50,"lease_seconds":600}""");
        await poster.UntilWaitingAsync("jobs", 1);
        await poster.PostAsync("jobs", "two");

        var claimed = await waiting;

        Assert.InRange(Time(claimed, "lease_expires_at") - time.GetUtcNow(), TimeSpan.FromSeconds(590), TimeSpan.FromSeconds(600));
        Assert.Equal(1, await RequestsAsync("/v1/leases/{token}/heartbeat", 1));
    }

    [Fact]
    public async Task A_claim_from_a_shell_is_confirmed_too()
    {
        var (poster, shell) = (Agent("poster"), Agent("shell", isDetached: true));
        await poster.PostAsync("jobs", "one");
        await shell.ClaimAsync("jobs");
        var waiting = shell.CallAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""");
        await poster.UntilWaitingAsync("jobs", 1);
        await poster.PostAsync("jobs", "two");

        Assert.InRange(Time(await waiting, "lease_expires_at") - time.GetUtcNow(), TimeSpan.FromSeconds(290), TimeSpan.FromSeconds(300));
    }

    [Fact]
    public async Task The_best_task_of_several_channels_is_taken()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        await poster.PostAsync("build", "old");
        await PostAsync(poster, "test", "urgent", """, "priority": 9""");
        await PostAsync(poster, "deploy", "later", """, "priority": 2""");

        var taken = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            taken.Add((await worker.CallAsync("claim_task", """{"channel":"build","channels":["test","deploy","build"]}""")).Text("content"));
        }

        var empty = await worker.CallAsync("claim_task", """{"channels":["test","build"]}""");
        Assert.Equal(["urgent", "old", "later"], taken);
        Assert.StartsWith("No open task on these channels.", empty.Text("note"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_may_wait_for_channels_of_which_one_does_not_exist_yet()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        await poster.PostAsync("build", "one");
        await worker.ClaimAsync("build");
        var waiting = Agent("waiter").CallAsync("claim_task", """{"channels":["build","new"],"wait_seconds":50}""");
        await poster.UntilWaitingAsync("build", 1);
        await poster.PostAsync("new", "two");

        // The bus waits on the channels that exist; at the next look there is the new one.
        time.Advance(TimeSpan.FromSeconds(8));

        Assert.Equal("two", (await waiting).Text("content"));
    }

    [Theory]
    [InlineData("{}", "Say where: channel, or channels for several at once.")]
    [InlineData("""{"channels":[]}""", "Say where: channel, or channels for several at once.")]
    [InlineData("""{"channels":["a",""]}""", "Wrong parameter channels: a name is empty.")]
    public async Task A_claim_without_a_channel_is_refused(string arguments, string text) =>
        Assert.Equal(text, await Agent("worker").FailAsync("claim_task", arguments));

    [Fact]
    public async Task Twenty_one_channels_are_refused() => Assert.Equal(
        "Wrong parameter channels: 21 channels in all; at most 20 at once.",
        await Agent("worker").FailAsync("claim_task", $$"""{"channels":[{{string.Join(',', Enumerable.Range(0, 21).Select(static number => $"\"c{number}\""))}}]}"""));

    [Fact]
    public async Task Channels_that_do_not_exist_and_channels_that_are_paused_are_named()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        await poster.PostAsync("build", "one");
        await worker.ClaimAsync("build");
        var channel = await poster.Client.GetChannelAsync("build", CancellationToken.None);
        await SendAsync(poster, HttpMethod.Patch, Routes.Channel(channel.Id), """{"paused":true}""");

        var empty = await worker.CallAsync("claim_task", """{"channels":["build","new"]}""");

        Assert.Contains($"Paused, so that nobody can post there: {channel.Id}.", empty.Text("note"), StringComparison.Ordinal);
        Assert.Contains("your key knows no channel new", empty.Text("note"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Earlier_attempts_come_with_the_task()
    {
        var (poster, first, second) = (Agent("poster"), Agent("first"), Agent("second"));
        var task = await poster.PostAsync("jobs", "one");
        await first.ClaimAsync("jobs");
        await first.CallAsync("release_task", $$"""{"message_id":"{{task}}"}""");

        var claimed = await second.ClaimAsync("jobs");

        var attempt = Assert.Single(claimed.GetProperty("attempts").EnumerateArray());
        Assert.Equal(("first", "released", 1), (attempt.Text("worker"), attempt.Text("outcome"), attempt.GetProperty("number").GetInt32()));
        Assert.True(claimed.GetProperty("redelivered").GetBoolean());
    }

    [Fact]
    public async Task Results_of_prerequisites_come_with_the_task()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var (short_, silent, longOne) = (await poster.PostAsync("parts", "a"), await poster.PostAsync("parts", "b"), await poster.PostAsync("parts", "c"));
        await PostAsync(poster, "whole", "join", $$""", "depends_on": ["{{short_}}", "{{silent}}", "{{longOne}}"]""");
        for (var i = 0; i < 3; i++)
        {
            var part = (await worker.ClaimAsync("parts")).Text("message_id");
            var result = part == silent ? "" : $", \"result\":\"{(part == short_ ? "five" : new string('x', 9000))}\"";
            await worker.CallAsync("ack_task", $$"""{"message_id":"{{part}}"{{result}}}""");
        }

        worker.MaxResultBytes = 20_000;
        var claimed = await worker.ClaimAsync("whole");

        var prerequisites = claimed.GetProperty("prerequisites").EnumerateArray().ToList();
        Assert.Equal([short_, silent, longOne], prerequisites.Select(static one => one.Text("message_id")));
        Assert.Equal(("five", "worker"), (prerequisites[0].Text("content"), prerequisites[0].Text("from")));
        Assert.Equal("Done without a result, or the result is gone.", prerequisites[1].Text("note"));
        Assert.Equal(9000, prerequisites[2].Text("content").Length);
    }

    [Fact]
    public async Task A_post_tells_who_is_there_for_it()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        var unused = await PostForNextAsync(poster);
        await worker.ClaimAsync("jobs");
        var held = await PostForNextAsync(poster);
        var second = (await worker.ClaimAsync("jobs")).Text("message_id");
        await worker.CallAsync("ack_task", $$"""{"message_id":"{{second}}"}""");
        var waiting = worker.CallAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""");
        await poster.UntilWaitingAsync("jobs", 1);

        var awaited = await PostForNextAsync(poster);

        Assert.Contains("The channel is new: workers that wait for its name find the task within seconds.", unused, StringComparison.Ordinal);
        Assert.Contains("Nobody waits here; 1 task is being worked on.", held, StringComparison.Ordinal);
        Assert.Contains("1 worker waits here.", awaited, StringComparison.Ordinal);
        Assert.True((await waiting).GetProperty("claimed").GetBoolean());

        static async Task<string> PostForNextAsync(ToolAgent poster) =>
            (await poster.CallAsync("post_task", """{"channel":"jobs","content":"add"}""")).Text("next");
    }

    [Theory]
    [InlineData("2026-01-01T00:00:05.000000+00:00", "the last claim was 5 s ago")]
    [InlineData("2026-01-01T00:10:00.000000+00:00", "the last claim was 10 min ago")]
    [InlineData("2026-01-01T03:00:00.000000+00:00", "the last claim was 3 h ago")]
    [InlineData("2026-01-05T00:00:00.000000+00:00", "the last claim was 4 days ago")]
    public void The_time_since_the_last_claim_is_told_in_round_figures(string now, string words) =>
        Assert.Equal($"Nobody waits here; {words}.", LaneWorkers.Tell(new(0, 0, "2026-01-01T00:00:00.000000+00:00"), now, now));

    [Theory]
    [InlineData("2026-01-01T00:00:09.000000+00:00", "The channel is new: workers that wait for its name find the task within seconds.")]
    [InlineData("2026-01-01T00:00:10.000000+00:00", "Nobody waits here, and nobody has claimed here yet.")]
    public void That_nobody_waits_is_said_only_of_a_channel_that_its_workers_have_found(string now, string words) =>
        Assert.Equal(words, LaneWorkers.Tell(new(0, 0, null), now, "2026-01-01T00:00:00.000000+00:00"));

    [Fact]
    public async Task What_was_claimed_for_a_call_that_is_cancelled_goes_to_the_next_worker()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        await poster.PostAsync("jobs", "one");
        await worker.ClaimAsync("jobs");
        using var cancel = new CancellationTokenSource();
        var cancelled = worker.CallAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""", cancellationToken: cancel.Token);
        await poster.UntilWaitingAsync("jobs", 1);
        var next = Agent("next").CallAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""");
        await poster.UntilWaitingAsync("jobs", 2);

        await cancel.CancelAsync();
        await poster.PostAsync("jobs", "two");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal("two", (await next).Text("content"));
    }

    [Fact]
    public async Task The_end_of_the_input_ends_the_wait_and_not_the_look()
    {
        var (poster, worker) = (Agent("poster"), Agent("worker"));
        await poster.PostAsync("jobs", "one");
        await worker.CallAsync("list_channels", "{}");

        var claimed = await worker.CallAsync("claim_task", """{"channel":"jobs","wait_seconds":50}""", inputEnded: new CancellationToken(canceled: true));

        Assert.Equal("one", claimed.Text("content"));
    }

    /// <summary>Posts to a new channel, with options.</summary>
    private static async Task PostAsync(ToolAgent poster, string channel, string content, string options)
    {
        var lane = await poster.Client.CreateChannelAsync(new CreateChannelRequest(channel, ChannelMode.Claimable), CancellationToken.None);
        await SendAsync(poster, HttpMethod.Post, $"/v1/channels/{lane.Id}/tasks", $$"""{"content":"{{content}}"{{options}}}""");
    }

    private static async Task SendAsync(ToolAgent agent, HttpMethod method, string path, string body) =>
        Assert.True(await agent.Client.Connection.TrySendAsync(new(method, path) { Body = Encoding.UTF8.GetBytes(body) }, CancellationToken.None));

    private ToolAgent Agent(string label, TimeProvider? own = null, bool isDetached = false)
    {
        var agent = new ToolAgent(new Uri(bus.BaseUrl), label, keys.Path, own, isDetached);
        agents.Add(agent);
        return agent;
    }

    /// <summary>The requests to a path, once as many have been logged as are expected: a bus logs a request after its answer.</summary>
    private async Task<int> RequestsAsync(string template, int expected)
    {
        for (var deadline = Deadline.Token(); Requests(template) < expected && !deadline.IsCancellationRequested;)
        {
            await Task.Yield();
        }

        return Requests(template);
    }

    private int Requests(string template) => bus.Log.Count(line => line.Contains(template, StringComparison.Ordinal));

    private static DateTimeOffset Time(JsonElement result, string member) =>
        DateTimeOffset.Parse(result.Text(member), System.Globalization.CultureInfo.InvariantCulture);
}
