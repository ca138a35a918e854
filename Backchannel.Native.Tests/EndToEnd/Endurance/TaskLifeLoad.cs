using System.Collections.Concurrent;
using System.Text.Json;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.EndToEnd.Endurance;

/// <summary>A poster that takes tasks back, workers that fail, give back and are killed, and what the bus has answered them.</summary>
internal sealed class TaskLifeLoad(PersistentCaller caller, string channel, int seed)
{
    public const int MaxAttempts = 3;

    private const int LeaseSeconds = 30;

    private readonly ConcurrentQueue<string> orphans = new();
    private int final;
    private int failures;
    private int killed;
    private volatile bool allPosted;

    public ConcurrentQueue<string> Tasks { get; } = new();

    /// <summary>Task and reason of the cancellations that had their 2xx.</summary>
    public ConcurrentDictionary<string, string> Cancelled { get; } = new();

    /// <summary>Task and result of the acks that had their 2xx.</summary>
    public ConcurrentDictionary<string, string> Acknowledged { get; } = new();

    /// <summary>Task and reason of the failures that had their 2xx.</summary>
    public ConcurrentQueue<(string Task, string Reason)> Failures { get; } = new();

    /// <summary>What each task has become in the end.</summary>
    public ConcurrentDictionary<string, JsonElement> Ends { get; } = new();

    public int Killed => Volatile.Read(ref killed);

    /// <summary>Posts tasks, of which some wait for earlier ones, and takes some back.</summary>
    public async Task PostAsync(int count)
    {
        var random = new Random(seed);
        List<string> ids = [];
        for (var number = 0; number < count; number++)
        {
            var earlier = Enumerable.Range(0, ids.Count > 0 && random.Next(4) == 0 ? random.Next(1, 4) : 0)
                .Select(_ => $"\"{ids[^random.Next(1, Math.Min(ids.Count, 30) + 1)]}\"");
            var posted = await WriteAsync($"/v1/channels/{channel}/tasks", $$"""
                {"content":"task {{number}}","priority":{{random.Next(1, 10)}},"max_attempts":{{MaxAttempts}},"delay_seconds":{{random.Next(20) / 18}},
                "depends_on":[{{string.Join(',', earlier)}}]}
                """);
            Assert.Equal(201, posted.Status);
            ids.Add(posted.Json.GetProperty("message").Text("id"));
            Tasks.Enqueue(ids[^1]);
            if (random.Next(12) == 0)
            {
                await CancelAsync(ids[^random.Next(1, Math.Min(ids.Count, 10) + 1)], $"changed at {number}");
            }
        }

        allPosted = true;
    }

    public bool IsOver => allPosted && Volatile.Read(ref final) == Tasks.Count;

    /// <summary>Works as one process after the other: one that is killed forgets what it holds.</summary>
    public async Task WorkAsync(int number)
    {
        var random = new Random(seed + 1 + number);
        for (var generation = 0; !IsOver; generation++)
        {
            var session = $"secret of worker {number}-{generation}";
            var work = new Work(IsAlive: true, null);
            while (!IsOver && work.IsAlive)
            {
                work = await WorkOnceAsync(random, $"worker-{number}", session, work.Next);
            }
        }
    }

    /// <summary>Ends what killed processes left behind, as their successors do, once the bus lets others.</summary>
    public async Task SucceedAsync(int number)
    {
        while (!IsOver)
        {
            if (!orphans.TryDequeue(out var orphan))
            {
                await PauseAsync();
                continue;
            }

            var answer = await WriteAsync($"/v1/messages/{orphan}/finish", $$"""{"session":"secret of successor {{number}}","outcome":"session_ended"}""");
            if (answer.Status == 409 && answer.Text("error") == "already_claimed")
            {
                orphans.Enqueue(orphan);
                await PauseAsync();
            }
            else
            {
                Assert.True(answer.Status == 200 || answer.Text("error") is "task_cancelled", answer.Body);
            }
        }
    }

    /// <summary>Follows each task until it is final, and once more to see that it stays.</summary>
    public async Task FollowAsync()
    {
        var followed = 0;
        while (!allPosted || followed < Tasks.Count)
        {
            foreach (var task in Tasks.Skip(followed).ToList())
            {
                var state = await ReadAsync(task, "");
                while (!IsFinal(state))
                {
                    state = await ReadAsync(task, $"?after={state.GetProperty("version").GetInt64()}&wait=1");
                }

                Ends[task] = state;
                followed++;
                Interlocked.Increment(ref final);
            }

            await PauseAsync();
        }
    }

    public async Task<JsonElement> ReadAsync(string task, string query)
    {
        var answer = await caller.SendAsync("GET", $"/v1/messages/{task}{query}");
        Assert.Equal(200, answer.Status);
        return answer.Json;
    }

    private static bool IsFinal(JsonElement state) => state.GetProperty("task").Text("state") is "acknowledged" or "failed" or "cancelled";

    /// <param name="held">What the ack before has brought; null: nothing.</param>
    private async Task<Work> WorkOnceAsync(Random random, string actor, string session, Claim? held)
    {
        if ((held ?? await ClaimAsync(random, actor, session)) is not { } claim)
        {
            await PauseAsync();
            return new(IsAlive: true, null);
        }

        var task = claim.Task;
        switch (random.Next(100))
        {
            case < 12:
                var reason = $"{actor} could not do it, {Interlocked.Increment(ref failures)}";
                await FailAsync(task, session, reason, $"\"retry_after_seconds\":{random.Next(2)}");
                break;
            case < 15:
                var last = $"{actor} says nobody can, {Interlocked.Increment(ref failures)}";
                await FailAsync(task, session, last, "\"retry\":false");
                break;
            case < 20:
                await FinishAsync(task, session, "\"outcome\":\"released\"");
                break;
            case < 28 when Soak.IsOn || (!claim.HasLease && (claim.IsDetached || !allPosted)):
                Interlocked.Increment(ref killed);
                if (!claim.HasLease)
                {
                    orphans.Enqueue(task);
                }

                return new(IsAlive: false, null);
            case < 32:
                await CancelAsync(task, $"too late for {actor}");
                Assert.Equal("task_cancelled", (await FinishAsync(task, session, "\"outcome\":\"acknowledged\",\"result\":\"late\"")).Text("error"));
                break;
            case < 55:
                return new(IsAlive: true, await GoOnAsync(task, actor, session));
            default:
                var result = $"{task} done by {actor}";
                if ((await FinishAsync(task, session, $"\"outcome\":\"acknowledged\",\"result\":\"{result}\"")).Status == 200)
                {
                    Assert.True(Acknowledged.TryAdd(task, result), $"{task} was acknowledged twice");
                }

                break;
        }

        return new(IsAlive: true, null);
    }

    /// <summary>Acknowledges a task and claims the next one in one request.</summary>
    private async Task<Claim?> GoOnAsync(string task, string actor, string session)
    {
        var result = $"{task} done by {actor}, who went on";
        var answer = await WriteAsync("/v1/tasks/claim-next", $$"""
            {"channels":["{{channel}}"],"actor":"{{actor}}","session":"{{session}}","lease_seconds":{{LeaseSeconds}},
            "ack":{"message_id":"{{task}}","result":"{{result}}"} }
            """);
        if (answer.Status != 200)
        {
            // Refused as a whole: the task was cancelled. Or this repeats a request whose answer was lost, whose next task is over: its ack was kept.
            Assert.True(answer.Text("error") == "lease_expired", answer.Body);
            if ((await FinishAsync(task, session, $"\"outcome\":\"acknowledged\",\"result\":\"{result}\"")).Status == 200)
            {
                Assert.True(Acknowledged.TryAdd(task, result), $"{task} was acknowledged twice");
            }

            return null;
        }

        Assert.Equal(task, answer.Json.GetProperty("acknowledged").GetProperty("message").Text("id"));
        Assert.True(Acknowledged.TryAdd(task, result), $"{task} was acknowledged twice");
        return answer.Json.GetProperty("message") is { ValueKind: JsonValueKind.Object } next ? new(next.Text("id"), true, false) : null;
    }

    /// <summary>Claims the best task, one in two as a command that does not live on. Under soak some are claimed under a lease that runs out.</summary>
    private async Task<Claim?> ClaimAsync(Random random, string actor, string session)
    {
        var isDetached = random.Next(2) == 0;
        var who = $"\"actor\":\"{actor}\",\"session\":\"{session}\"{(isDetached ? ",\"detached\":true" : "")}";
        if (Soak.IsOn && random.Next(3) == 0)
        {
            return await LeaseAsync(random, who);
        }

        var answer = await WriteAsync("/v1/tasks/claim", $$"""{"channel":"{{channel}}",{{who}}}""");
        Assert.Equal(200, answer.Status);
        return answer.Json.GetProperty("claimed") is { ValueKind: JsonValueKind.Object } message ? new(message.Text("id"), false, isDetached) : null;
    }

    private async Task<Claim?> LeaseAsync(Random random, string who)
    {
        var page = await caller.SendAsync("GET", $"/v1/channels/{channel}/messages?status=unclaimed&limit=50");
        string[] free = [.. page.Json.GetProperty("data").EnumerateArray().Select(message => message.Text("id"))];
        random.Shuffle(free);
        foreach (var task in free)
        {
            if ((await WriteAsync($"/v1/messages/{task}/claim-with-lease", $$"""{{{who}},"lease_seconds":{{LeaseSeconds}}}""")).Status == 200)
            {
                return new(task, true, false);
            }
        }

        return null;
    }

    private async Task FailAsync(string task, string session, string reason, string more)
    {
        if ((await FinishAsync(task, session, $"\"outcome\":\"failed\",\"reason\":\"{reason}\",{more}")).Status == 200)
        {
            Failures.Enqueue((task, reason));
        }
    }

    private async Task<BusAnswer> FinishAsync(string task, string session, string members)
    {
        var answer = await WriteAsync($"/v1/messages/{task}/finish", $$"""{"session":"{{session}}",{{members}}}""");
        Assert.True(answer.Status == 200 || answer.Text("error") == "task_cancelled", answer.Body);
        return answer;
    }

    private async Task CancelAsync(string task, string reason)
    {
        var answer = await WriteAsync($"/v1/messages/{task}/cancel", $$"""{"reason":"{{reason}}"}""");
        if (answer.Status == 200)
        {
            Assert.True(Cancelled.TryAdd(task, reason), $"{task} was cancelled twice");
        }
        else
        {
            Assert.True(answer.Text("error") is "task_cancelled" or "task_failed" or "already_acknowledged", answer.Body);
        }
    }

    /// <summary>Until there is work, a second at most.</summary>
    private async Task PauseAsync() => await caller.SendAsync("GET", $"/v1/channels/{channel}/messages?status=unclaimed&limit=1&wait=1");

    private Task<BusAnswer> WriteAsync(string path, string body) => caller.SendAsync("POST", path, body, Guid.NewGuid().ToString());

    /// <param name="IsAlive">False: the process was killed.</param>
    /// <param name="Next">What it holds and is to do next.</param>
    private sealed record Work(bool IsAlive, Claim? Next);

    private sealed record Claim(string Task, bool HasLease, bool IsDetached);
}
