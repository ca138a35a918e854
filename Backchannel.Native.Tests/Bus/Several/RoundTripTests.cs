using Backchannel.Native.Bus.Storage.Postgres;
using Backchannel.Native.Tests.Support.Buses;
using Xunit.Abstractions;

namespace Backchannel.Native.Tests.Bus.Several;

/// <summary>A batch asks the database a few times, however many requests it has.</summary>
public sealed class RoundTripTests(ITestOutputHelper output)
{
    private const int Requests = 48;

    [PostgresFact]
    public async Task Requests_that_wait_together_take_few_round_trips()
    {
        // What the bus does beside its requests would be counted too.
        await using var buses = await SeveralBuses.StartAsync(1, static options => options with { WordInterval = TimeSpan.Zero, MinuteInterval = TimeSpan.Zero });
        var caller = await BusCaller.MintAsync(buses[0], "a");
        var channels = new List<string>();
        for (var i = 0; i < Requests; i++)
        {
            channels.Add(await caller.CreateAsync($"lane-{i}"));
        }

        var counts = new Dictionary<string, long>();
        for (var round = 0; round < 2; round++)
        {
            // The first round teaches what to foresee.
            var posted = await CountAsync("posts", i => caller.SendAsync("POST", $"/v1/channels/{channels[i]}/messages", """{"content":"x"}""", Guid.NewGuid().ToString()));
            await CountAsync("posts", i => caller.SendAsync("POST", $"/v1/channels/{channels[i]}/messages", """{"content":"y"}""", Guid.NewGuid().ToString()));
            var messages = posted.ConvertAll(static answer => answer.Json.GetProperty("message").Text("id"));
            var leased = await CountAsync("claims", i => caller.SendAsync(
                "POST", $"/v1/messages/{messages[i]}/claim-with-lease", $$"""{"session":"secret-of-process-{{i}}"}"""));
            await CountAsync("renewals", i => caller.SendAsync(
                "POST", $"/v1/leases/{leased[i].Text("lease_token")}/heartbeat", $$"""{"session":"secret-of-process-{{i}}"}"""));
            await CountAsync("acks", i => caller.SendAsync("POST", $"/v1/messages/{messages[i]}/ack", $$"""{"session":"secret-of-process-{{i}}"}"""));
            var second = await CountAsync("claims of the next", i => SharedChannelsTests.ClaimAsync(caller, channels[i], wait: 0, $"secret-of-process-{i}"));
            await CountAsync("acks with a result", i => caller.SendAsync(
                "POST", $"/v1/messages/{SharedClaimsTests.Id(second[i])}/ack", $$"""{"session":"secret-of-process-{{i}}","result":"done"}"""));
            await Parallel.ForEachAsync(Enumerable.Range(0, Requests), async (i, _) => await caller.PostAsync(channels[0], "z"));
            await CountAsync("claims of one channel", i => SharedChannelsTests.ClaimAsync(caller, channels[0], wait: 0, $"secret-of-process-{i}"));
        }

        foreach (var (name, count) in counts)
        {
            output.WriteLine($"{name}: {count}");
        }

        // What is left of one channel by one claim is asked for at the next.
        Assert.All(counts.Where(static count => count.Key is not ("claims of one channel" or "acks with a result")), static count => Assert.InRange(count.Value, 3, 4));

        async Task<List<BusAnswer>> CountAsync(string name, Func<int, Task<BusAnswer>> send)
        {
            var writes = buses[0].Server.Database.Writes;
            var connection = await writes.RunAsync(static context => (PostgresConnection)context.Storage.Connection);
            var before = connection.RoundTrips;
            await using var other = await buses.TakeTurnAsync();
            var first = writes.Count;
            var sending = Enumerable.Range(0, Requests).Select(send).ToList();
            for (var deadline = Deadline.Token(); writes.Count < first + Requests && !deadline.IsCancellationRequested;)
            {
                using var pause = await buses[0].Http.GetAsync("/livez");
            }

            await other.DisposeAsync();
            var answers = await Task.WhenAll(sending).Within();
            Assert.All(answers, static answer => Assert.InRange(answer.Status, 200, 201));
            counts[name] = connection.RoundTrips - before;
            return [.. answers];
        }
    }
}
