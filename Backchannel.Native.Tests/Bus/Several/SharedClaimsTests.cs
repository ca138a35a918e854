using System.Collections.Concurrent;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Bus.Several;

/// <summary>Claimers at several buses that share a database.</summary>
public sealed class SharedClaimsTests
{
    [PostgresFact]
    public async Task Who_waits_at_one_bus_gets_a_task_that_is_posted_or_given_back_at_another()
    {
        await using var buses = await SeveralBuses.StartAsync(2);
        var caller = await BusCaller.MintAsync(buses[0], "a");
        var channel = await caller.CreateAsync("lane");
        var first = SharedChannelsTests.ClaimAsync(buses.At(1, caller), channel, wait: 50, "secret-of-process-1");
        await SharedChannelsTests.WaitersAsync(buses[1], 1);
        var message = await caller.PostAsync(channel, "x");
        var posted = await first.Within();
        var second = SharedChannelsTests.ClaimAsync(caller, channel, wait: 50, "secret-of-process-2");
        await SharedChannelsTests.WaitersAsync(buses[0], 1);

        await buses.At(1, caller).SendAsync("POST", $"/v1/messages/{message}/release", """{"session":"secret-of-process-1"}""");

        Assert.Equal((message, message), (Id(posted), Id(await second.Within())));
    }

    [PostgresFact]
    public async Task Fifty_claimers_at_three_buses_share_the_tasks_and_none_is_left_while_somebody_waits()
    {
        const int Claimers = 50;
        const int Tasks = 500;
        // Nobody gives up before the test does, however slow the machine is.
        const int LongestWait = 600;
        await using var buses = await SeveralBuses.StartAsync(3, static options => options with { LongPollMaxWait = TimeSpan.FromSeconds(LongestWait) });
        var caller = await BusCaller.MintAsync(buses[0], "a");
        var channel = (await caller.SendAsync("POST", "/v1/channels", """{"name":"lane","mode":"claimable","max_messages":100000}""")).Text("id");
        var (posted, taken, last, done) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>(), new TaskCompletionSource(), 0);
        var claiming = Enumerable.Range(0, Claimers).Select(ClaimAllAsync).ToList();

        await Parallel.ForEachAsync(Enumerable.Range(0, Tasks), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (task, _) =>
            posted.Enqueue(await PostAsync(buses.At(task % 3, caller), channel, $"{task}")));
        await last.Task.Within(() => $"{taken.Count} tasks were taken");
        // Ends the wait of those for whom nothing is left.
        await caller.SendAsync("DELETE", $"/v1/channels/{channel}");
        await Task.WhenAll(claiming).Within();

        Assert.Equal(posted.Order(), taken.Order());

        async Task ClaimAllAsync(int claimer)
        {
            var session = $"secret-of-process-{claimer}";
            while (await WhileAwayAsync(() => SharedChannelsTests.ClaimAsync(buses.At(claimer % 3, caller), channel, LongestWait, session)) is { Status: 200 } claimed)
            {
                if (Id(claimed) is not { } id)
                {
                    last.TrySetException(new InvalidOperationException($"Nothing for claimer {claimer} when {taken.Count} of {posted.Count} posted tasks were taken: {claimed.Body}"));
                    return;
                }

                taken.Enqueue(id);
                var acknowledged = await WhileAwayAsync(() => buses.At((claimer + 1) % 3, caller).SendAsync("POST", $"/v1/messages/{id}/ack", $$"""{"session":"{{session}}"}"""));
                Assert.True(acknowledged.Status == 200, acknowledged.Body);
                // Not before the last ack: without its channel it would be refused.
                if (Interlocked.Increment(ref done) == Tasks)
                {
                    last.TrySetResult();
                }
            }
        }
    }

    [PostgresFact]
    public async Task Notices_that_are_cut_keep_nobody_waiting()
    {
        await using var buses = await SeveralBuses.StartAsync(2);
        var caller = await BusCaller.MintAsync(buses[0], "a");
        for (var i = 0; i < 3; i++)
        {
            var channel = await caller.CreateAsync($"lane-{i}");
            var claim = WhileAwayAsync(() => SharedChannelsTests.ClaimAsync(buses.At(1, caller), channel, wait: 600));
            var read = WhileAwayAsync(() => buses.At(1, caller).SendAsync("GET", $"/v1/channels/{channel}/messages?wait=50&status=claimed"));
            await SharedChannelsTests.WaitersAsync(buses[1], 2);
            var back = buses.WhenBackAsync();

            await buses.CutNoticesAsync();
            var message = await PostAsync(caller, channel, "x");

            Assert.Equal(message, Id(await claim.Within()));
            Assert.Equal(message, (await read.Within()).Json.GetProperty("data")[0].Text("id"));
            await back;
        }
    }

    internal static string? Id(BusAnswer claimed) => claimed.Json.TryGetProperty("message", out var message) && message.ValueKind == System.Text.Json.JsonValueKind.Object
        ? message.Text("id")
        : null;

    /// <returns>The message's id.</returns>
    private static async Task<string> PostAsync(BusCaller caller, string channel, string content)
    {
        var key = Guid.NewGuid().ToString();
        var posted = await WhileAwayAsync(() => caller.SendAsync("POST", $"/v1/channels/{channel}/messages", $$"""{"content":"{{content}}"}""", key));
        Assert.True(posted.Status == 201, posted.Body);
        return posted.Json.GetProperty("message").Text("id");
    }

    /// <summary>Asks until the bus has found its database again, and its turn to write: on a machine that stands still for seconds, others keep it that long.</summary>
    private static async Task<BusAnswer> WhileAwayAsync(Func<Task<BusAnswer>> ask)
    {
        for (var deadline = Deadline.Token(); ;)
        {
            var answer = await ask();
            if (answer.Status is not (503 or 504) || deadline.IsCancellationRequested)
            {
                return answer;
            }
        }
    }
}
