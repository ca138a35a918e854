using System.Globalization;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Regressions.Claims;

/// <summary>Many workers at one backlog.</summary>
public sealed class ClaimRaceTests
{
    [Fact]
    public async Task Workers_that_race_for_a_backlog_seldom_ask_for_a_task_that_another_one_has()
    {
        const int Workers = 16;
        const int TasksEach = 10;
        await using var bus = await TestBus.StartAsync();
        using var keys = new TemporaryFolder();
        await using var poster = new ToolAgent(new Uri(bus.BaseUrl), "poster", keys.Path);
        for (var number = 0; number < Workers * TasksEach; number++)
        {
            await poster.PostAsync("lane", $"task {number}");
        }

        var claimed = await Task.WhenAll(Enumerable.Range(0, Workers).Select(number => WorkAsync($"worker-{number}")));

        Assert.Equal(Workers * TasksEach, claimed.SelectMany(tasks => tasks).Distinct().Count());
        Assert.InRange(await RefusalsAsync(bus), 0, Workers * TasksEach);

        async Task<List<string>> WorkAsync(string label)
        {
            await using var worker = new ToolAgent(new Uri(bus.BaseUrl), label, keys.Path);
            var tasks = new List<string>();
            while (tasks.Count < TasksEach)
            {
                tasks.Add((await worker.ClaimAsync("lane")).Text("message_id"));
            }

            return tasks;
        }
    }

    private static async Task<int> RefusalsAsync(TestBus bus)
    {
        const string Counter = """backchannel_requests_total{method="POST",path="/v1/messages/{message}/claim-with-lease",status="409"} """;
        var lines = (await bus.Http.GetStringAsync("/metrics")).Split('\n');
        return lines.SingleOrDefault(line => line.StartsWith(Counter, StringComparison.Ordinal)) is { } line
            ? int.Parse(line[Counter.Length..], CultureInfo.InvariantCulture)
            : 0;
    }
}
