using System.Text.Json;
using Backchannel.Native.Tests.Support.Buses;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Bus.Waiting;

/// <summary>What those who look on are told beside changes of tasks: who comes, who waits, what is gone, and that their key is no longer valid.</summary>
[Trait(TestDatabase.Trait, TestDatabase.Both)]
public sealed class LookingOnTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_deleted_lane_is_told_whether_it_went_while_somebody_waited_or_before(bool waits)
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var lane = await caller.CreateAsync("work");
        var cursor = await LookAsync(caller);

        var answer = await ChangeAsync(caller, cursor, waits, () => caller.SendAsync("DELETE", $"/v1/channels/{lane}"));

        Assert.True(answer.GetProperty("more").GetBoolean());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_is_put_out_of_a_lane_is_told_that_something_is_gone(bool waits)
    {
        await using var bus = await TestBus.StartAsync();
        var (owner, member) = (await BusCaller.MintAsync(bus, "owner"), await BusCaller.MintAsync(bus, "member"));
        var lane = await RestrictedAsync(owner);
        await owner.SendAsync("POST", $"/v1/channels/{lane}/members", $$"""{"key_id":"{{member.KeyId}}"}""");
        var cursor = await LookAsync(member);

        var answer = await ChangeAsync(member, cursor, waits, () => owner.SendAsync("DELETE", $"/v1/channels/{lane}/members/{member.KeyId}"));

        Assert.True(answer.GetProperty("more").GetBoolean());
    }

    /// <summary>How many channels others have, and what becomes of them, is not for every key.</summary>
    [Fact]
    public async Task Nobody_is_told_that_a_lane_of_others_is_gone()
    {
        await using var bus = await TestBus.StartAsync();
        var (owner, other) = (await BusCaller.MintAsync(bus, "owner"), await BusCaller.MintAsync(bus, "other"));
        var lane = await RestrictedAsync(owner);
        var cursor = await LookAsync(other);
        await owner.SendAsync("DELETE", $"/v1/channels/{lane}");

        var answer = (await other.SendAsync("GET", $"/v1/changes?after={cursor}")).Json;

        Assert.Equal("false false [] []", $"{answer.GetProperty("more")} {answer.GetProperty("reset")} {answer.GetProperty("lanes")} {answer.GetProperty("tasks")}".ToLowerInvariant());
    }

    [Fact]
    public async Task A_key_that_asks_to_come_in_is_told_at_once_and_so_is_the_answer()
    {
        await using var bus = await TestBus.StartAsync();
        var (owner, stranger) = (await BusCaller.MintAsync(bus, "owner"), await BusCaller.MintAsync(bus, "stranger"));
        var lane = await RestrictedAsync(owner);

        var asked = await ChangeAsync(owner, await LookAsync(owner), waits: true, () => stranger.SendAsync("POST", $"/v1/channels/{lane}/access-requests", "{}"));
        var lanes = asked.GetProperty("lanes").GetRawText();
        if (asked.GetProperty("people").GetArrayLength() == 0)
        {
            // The bus tells of the lane and of its people one after the other; who waits may be answered in between.
            asked = (await owner.SendAsync("GET", $"/v1/changes?after={asked.Text("cursor")}&wait=20").Within()).Json;
        }

        Assert.Equal(($"[\"{lane}\"]", $"[\"{lane}\"]"), (lanes, asked.GetProperty("people").GetRawText()));
        var request = (await owner.SendAsync("GET", $"/v1/channels/{lane}/access-requests")).Json.GetProperty("data")[0].Text("id");

        var answered = await ChangeAsync(
            stranger, await LookAsync(stranger), waits: true, () => owner.SendAsync("POST", $"/v1/channels/{lane}/access-requests/{request}/approve"));
        Assert.Equal($"[\"{lane}\"]", answered.GetProperty("lanes").GetRawText());
    }

    [Fact]
    public async Task Who_comes_in_by_an_invitation_is_told_of_the_lane()
    {
        await using var bus = await TestBus.StartAsync();
        var (owner, guest) = (await BusCaller.MintAsync(bus, "owner"), await BusCaller.MintAsync(bus, "guest"));
        var lane = await RestrictedAsync(owner);
        var invitation = (await owner.SendAsync("POST", $"/v1/channels/{lane}/invitations", "{}")).Text("id");

        var answer = await ChangeAsync(guest, await LookAsync(guest), waits: true, () => guest.SendAsync("GET", $"/v1/channel-invitations/{invitation}"));

        Assert.Equal($"[\"{lane}\"]", answer.GetProperty("lanes").GetRawText());
    }

    [Fact]
    public async Task A_worker_that_begins_to_wait_is_told_and_so_is_one_that_does_not_come_back()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var bus = await TestBus.StartAsync(options => options, time);
        var (owner, worker) = (await BusCaller.MintAsync(bus, "owner"), await BusCaller.MintAsync(bus, "worker"));
        var lane = await owner.CreateAsync("work");
        var cursor = await LookAsync(owner);
        using var leaving = new CancellationTokenSource();

        var claim = worker.SendAsync("POST", "/v1/tasks/claim-next", $$"""{"channels":["{{lane}}"],"actor":"w","wait":50,"session":"a-secret-of-the-worker"}""", cancellationToken: leaving.Token);
        cursor = await UntilAsync(1, cursor);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => claim);
        await UntilAsync(0, cursor);

        async Task<string> UntilAsync(int waiting, string after)
        {
            // The time of the bus moves only here; what a worker does reaches it when it does.
            while (true)
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
                var answer = (await owner.SendAsync("GET", $"/v1/changes?after={after}")).Json;
                after = answer.Text("cursor");
                if (answer.GetProperty("people").GetArrayLength() > 0 && await CountAsync() == waiting)
                {
                    Assert.Equal($"[\"{lane}\"]", answer.GetProperty("people").GetRawText());
                    return after;
                }
            }
        }

        async Task<int> CountAsync() => (await owner.SendAsync("GET", "/v1/workers")).Json.GetProperty("waiting").GetArrayLength();
    }

    [Fact]
    public async Task A_key_that_is_revoked_is_told_so_where_its_requests_wait()
    {
        await using var bus = await TestBus.StartAsync();
        var (caller, other) = (await BusCaller.MintAsync(bus, "a"), await BusCaller.MintAsync(bus, "b"));
        var lane = (await caller.SendAsync("POST", "/v1/channels", """{"name":"work","mode":"claimable"}""")).Text("id");
        var news = (await caller.SendAsync("POST", "/v1/channels", """{"name":"news","mode":"broadcast"}""")).Text("id");
        var task = await caller.PostAsync(lane, "a task");
        var version = (await caller.SendAsync("GET", $"/v1/messages/{task}")).Json.GetProperty("version").GetInt64();
        Task<BusAnswer>[] waiting =
        [
            caller.SendAsync("GET", $"/v1/changes?after={await LookAsync(caller)}&wait=20"),
            caller.SendAsync("GET", $"/v1/channels/{news}/messages?wait=20"),
            caller.SendAsync("GET", $"/v1/messages/{task}?after={version}&wait=20"),
            caller.SendAsync("POST", "/v1/tasks/wait", $$"""{"tasks":[{"id":"{{task}}","version":{{version}}}],"wait":20}"""),
        ];
        while (bus.Server.Waiters < waiting.Length)
        {
            await Task.Yield();
        }

        Assert.Equal(200, (await caller.SendAsync("DELETE", "/v1/keys/me")).Status);
        await other.PostAsync(news, "for valid keys only");
        await other.SendAsync("POST", $"/v1/messages/{task}/claim", """{"actor":"w"}""");

        foreach (var request in waiting)
        {
            Assert.Equal((401, false), await StatusAsync(request));
        }

        static async Task<(int Status, bool Leaks)> StatusAsync(Task<BusAnswer> request)
        {
            var answer = await request.Within();
            return (answer.Status, answer.Body.Contains("valid keys", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("/v1/changes?wait=abc")]
    [InlineData("/v1/changes?wait=-1")]
    [InlineData("/v1/search?q=a&cursor=zzz")]
    [InlineData("/v1/lanes?since=yesterday")]
    [InlineData("/v1/lanes?stuck=21")]
    [InlineData("/v1/lanes?stuck=-1")]
    [InlineData("/v1/lanes?stuck=many")]
    [InlineData("/v1/channels/{lane}/tasks?cursor=zzz")]
    public async Task What_cannot_be_read_is_refused_with_its_name(string path)
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");

        var answer = await caller.SendAsync("GET", path.Replace("{lane}", await caller.CreateAsync("work"), StringComparison.Ordinal));

        Assert.Equal((422, "invalid_field"), (answer.Status, answer.Text("error")));
        Assert.Contains($"'{path[(path.LastIndexOfAny(['?', '&']) + 1)..path.LastIndexOf('=')]}' has to be", answer.Text("message"), StringComparison.Ordinal);
    }

    /// <remarks>The page shows it to people who know no 'q'.</remarks>
    [Fact]
    public async Task A_search_without_words_is_refused_in_words()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");

        var answer = await caller.SendAsync("GET", "/v1/search?q=%2B");

        Assert.Equal(422, answer.Status);
        Assert.StartsWith("The search, 'q', has to have 1 to ", answer.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reopened_task_tells_when_that_was()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var bus = await TestBus.StartAsync(options => options, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        var lane = await caller.CreateAsync("work");
        var task = await caller.PostAsync(lane, "tried");
        await caller.FailTaskAsync(task, await caller.ClaimTaskAsync(task));
        time.Advance(TimeSpan.FromSeconds(40));

        await caller.SendAsync("POST", $"/v1/messages/{task}/reopen");

        var state = (await caller.SendAsync("GET", $"/v1/messages/{task}")).Json.GetProperty("task");
        Assert.Equal("open", state.Text("state"));
        Assert.False(state.TryGetProperty("ended_at", out _));
        var row = Assert.Single((await caller.SendAsync("GET", $"/v1/channels/{lane}/tasks?state=open")).Json.GetProperty("data").EnumerateArray());
        Assert.Equal(state.Text("reopened_at"), row.Text("changed_at"));
        Assert.Equal(JsonValueKind.Null, row.GetProperty("ended_at").ValueKind);
        Assert.Equal(40, (row.GetProperty("changed_at").GetDateTimeOffset() - row.GetProperty("created_at").GetDateTimeOffset()).TotalSeconds, tolerance: 0.01);
    }

    private static async Task<string> LookAsync(BusCaller caller) => (await caller.SendAsync("GET", "/v1/lanes")).Text("cursor");

    private static async Task<string> RestrictedAsync(BusCaller owner) =>
        (await owner.SendAsync("POST", "/v1/channels", """{"name":"closed","mode":"claimable","access":"restricted"}""")).Text("id");

    /// <summary>What is told of a change.</summary>
    /// <param name="waits">Whether the question comes before the change.</param>
    private static async Task<JsonElement> ChangeAsync(BusCaller caller, string cursor, bool waits, Func<Task> change)
    {
        Task<BusAnswer> Ask() => caller.SendAsync("GET", $"/v1/changes?after={cursor}&wait=20");
        var waiting = waits ? Ask() : null;
        await change();
        return (await (waiting ?? Ask()).Within()).Json;
    }
}
