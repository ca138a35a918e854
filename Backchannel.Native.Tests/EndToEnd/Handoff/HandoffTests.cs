using System.Collections.Concurrent;
using System.Text.Json;

namespace Backchannel.Native.Tests.EndToEnd.Handoff;

/// <summary>The promise, between processes of the published file on the local bus.</summary>
public sealed class HandoffTests : IDisposable
{
    private readonly TemporaryHome home = new();

    public void Dispose() => home.Dispose();

    [Fact]
    public async Task A_result_comes_back_to_a_waiter_in_another_process()
    {
        await using var poster = await StartAsync("poster");
        await using var worker = await StartAsync("worker");
        var posted = await poster.CallAsync("post_task", """{"channel":"reviews","content":"read parser.c"}""");
        var messageId = posted.GetProperty("message_id").GetString();
        var awaiting = poster.CallAsync("await_result", $$"""{"channel":"reviews","message_id":"{{messageId}}"}""");

        var claimed = await worker.CallAsync("claim_task", """{"channel":"reviews"}""");
        await worker.CallAsync("ack_task", $$"""{"message_id":"{{messageId}}","result":"line 40","metadata":{"severity":2} }""");
        var result = await awaiting;

        Assert.Equal("read parser.c", claimed.GetProperty("content").GetString());
        Assert.Equal("acknowledged", result.GetProperty("status").GetString());
        Assert.Equal("line 40", result.GetProperty("result").GetProperty("content").GetString());
        Assert.Equal(2, result.GetProperty("result").GetProperty("metadata").GetProperty("severity").GetInt32());
    }

    [Fact]
    public async Task Thirty_tasks_posted_before_any_is_claimed_arrive_once_each_oldest_first()
    {
        await using var poster = await StartAsync("poster");
        await using var worker = await StartAsync("worker");
        for (var i = 0; i < 30; i++)
        {
            await poster.CallAsync("post_task", $$"""{"channel":"lane","content":"task {{i}}"}""");
        }

        var arrived = new List<string?>();
        while (await ClaimAsync(worker, "lane") is { } claimed)
        {
            arrived.Add(claimed.GetProperty("content").GetString());
        }

        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"task {i}"), arrived);
    }

    [Fact]
    public async Task Eight_processes_claiming_four_hundred_tasks_get_each_exactly_once()
    {
        await using var poster = await StartAsync("poster");
        await Task.WhenAll(Enumerable.Range(0, 400).Select(i =>
            poster.CallAsync("post_task", $$"""{"channel":"lane","content":"task {{i}}"}""")));
        var workers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => StartAsync($"worker-{i}")));
        var arrived = new ConcurrentBag<string>();

        await Task.WhenAll(workers.Select(async worker =>
        {
            while (await ClaimAsync(worker, "lane") is { } claimed)
            {
                arrived.Add(claimed.GetProperty("content").GetString()!);
                await worker.CallAsync("ack_task", $$"""{"message_id":"{{claimed.GetProperty("message_id").GetString()}}"}""");
            }
        }));

        Assert.Equal(
            Enumerable.Range(0, 400).Select(i => $"task {i}").Order(StringComparer.Ordinal),
            arrived.Order(StringComparer.Ordinal));
        await Task.WhenAll(workers.Select(worker => worker.DisposeAsync().AsTask()));
    }

    [SoakFact("waits until a real lease has run out")]
    [Trait(Soak.Name, Soak.Value)]
    public async Task A_killed_worker_loses_its_task_to_another_after_the_lease()
    {
        await using var poster = await StartAsync("poster");
        await using var second = await StartAsync("second");
        var first = await StartAsync("first");
        await poster.CallAsync("post_task", """{"channel":"lane","content":"fragile"}""");
        var held = await first.CallAsync("claim_task", """{"channel":"lane","lease_seconds":30}""");

        await first.KillAsync();
        var early = await second.CallAsync("claim_task", """{"channel":"lane"}""");
        var late = await second.CallAsync("claim_task", """{"channel":"lane","wait_seconds":50}""", progressToken: "p");

        Assert.False(early.GetProperty("claimed").GetBoolean());
        Assert.True(late.GetProperty("claimed").GetBoolean());
        Assert.True(late.GetProperty("redelivered").GetBoolean());
        Assert.Equal(held.GetProperty("message_id").GetString(), late.GetProperty("message_id").GetString());
        await first.DisposeAsync();
    }

    [Fact]
    public async Task A_worker_that_ends_cleanly_gives_its_task_back_at_once()
    {
        await using var poster = await StartAsync("poster");
        await using var second = await StartAsync("second");
        await using var first = await StartAsync("first");
        await poster.CallAsync("post_task", """{"channel":"lane","content":"given back"}""");
        await first.CallAsync("claim_task", """{"channel":"lane","lease_seconds":3600}""");

        Assert.Equal(0, await first.EndAsync());
        var claimed = await second.CallAsync("claim_task", """{"channel":"lane"}""");

        Assert.True(claimed.GetProperty("claimed").GetBoolean());
    }

    [Fact]
    public async Task A_killed_local_bus_is_started_again_and_nothing_acknowledged_is_missing()
    {
        await using var poster = await StartAsync("poster");
        await using var worker = await StartAsync("worker");
        var posted = new List<string?>();
        for (var kill = 0; kill < 3; kill++)
        {
            for (var i = 0; i < 10; i++)
            {
                posted.Add($"task {kill}.{i}");
                await poster.CallAsync("post_task", $$"""{"channel":"lane","content":"task {{kill}}.{{i}}"}""");
            }

            var bus = Assert.Single(home.BusProcesses());
            bus.Kill();
            await bus.WaitForExitAsync().Within();
        }

        var arrived = new List<string?>();
        while (await ClaimAsync(worker, "lane") is { } claimed)
        {
            arrived.Add(claimed.GetProperty("content").GetString());
        }

        Assert.Equal(posted, arrived);
    }

    [Fact]
    public async Task Twenty_processes_that_start_at_once_share_one_bus_one_key_and_one_lane()
    {
        var agents = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => StartAsync($"agent-{i}")));

        var posted = await Task.WhenAll(agents.Select((agent, i) =>
            agent.CallAsync("post_task", $$"""{"channel":"lane","content":"task {{i}}"}""")));

        Assert.Single(home.BusProcesses());
        Assert.Single(posted.Select(post => post.GetProperty("channel").GetString()).Distinct());
        var keyFile = Assert.Single(
            Directory.EnumerateFiles(home.KeyFolder, "*", SearchOption.AllDirectories),
            path => File.ReadAllText(path).StartsWith("bck_", StringComparison.Ordinal));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(keyFile));
        await Task.WhenAll(agents.Select(agent => agent.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task A_subscriber_sees_each_message_of_sixteen_posting_processes_exactly_once()
    {
        await using var reader = await StartAsync("reader");
        var posters = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => StartAsync($"poster-{i}")));
        await posters[0].CallAsync("broadcast", """{"channel":"news","content":"first"}""");
        var posting = Task.WhenAll(posters.Select(async (poster, p) =>
        {
            for (var i = 0; i < 200; i++)
            {
                await poster.CallAsync("broadcast", $$"""{"channel":"news","content":"{{p}}.{{i}}"}""");
            }
        }));

        var seen = new List<string>();
        var cursor = "";
        var isLastLook = false;
        while (true)
        {
            var since = cursor.Length == 0 ? "" : $",\"since\":\"{cursor}\"";
            var page = await reader.CallAsync("subscribe", $$"""{"channel":"news","limit":100{{since}}}""");
            seen.AddRange(page.GetProperty("data").EnumerateArray().Select(message => message.GetProperty("content").GetString()!));
            cursor = page.GetProperty("next_cursor").GetString()!;
            if (page.GetProperty("data").GetArrayLength() == 0)
            {
                if (isLastLook)
                {
                    break;
                }

                // One whole look after everything was posted.
                isLastLook = posting.IsCompleted;
            }
        }

        await posting;
        Assert.Equal(
            Enumerable.Range(0, 16).SelectMany(p => Enumerable.Range(0, 200).Select(i => $"{p}.{i}")).Append("first").Order(StringComparer.Ordinal),
            seen.Order(StringComparer.Ordinal));
        await Task.WhenAll(posters.Select(poster => poster.DisposeAsync().AsTask()));
    }

    private Task<AgentProcess> StartAsync(string label) => AgentProcess.StartAsync(home.Path, label);

    private static async Task<JsonElement?> ClaimAsync(AgentProcess worker, string channel)
    {
        var claimed = await worker.CallAsync("claim_task", $$"""{"channel":"{{channel}}"}""");
        return claimed.GetProperty("claimed").GetBoolean() ? claimed : null;
    }
}
