using System.Globalization;
using Backchannel.Native.Tests.Support.Buses;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Bus.Endpoints;

/// <summary>What <c>/metrics</c> says after the lives of some tasks.</summary>
public sealed class MetricsEndpointTests : IAsyncLifetime
{
    private const string Session = "a-secret-of-one-process";

    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private TestBus bus = null!;
    private BusCaller caller = null!;
    private string lane = "";

    public async Task InitializeAsync()
    {
        bus = await TestBus.StartAsync(static options => options with { LogRequests = false }, time);
        caller = await BusCaller.MintAsync(bus, "agent");
        lane = await caller.CreateAsync("lane");
    }

    public async Task DisposeAsync() => await bus.DisposeAsync();

    [Fact]
    public async Task A_bus_that_has_seen_nothing_has_all_measures_at_zero()
    {
        var metrics = await ReadAsync();

        Assert.All(
            metrics.Where(static line => line.Key.StartsWith("backchannel_task", StringComparison.Ordinal) || line.Key == "backchannel_workers"),
            static line => Assert.Equal(0, line.Value));
        Assert.Equal(6, metrics.Keys.Count(static name => name.StartsWith("backchannel_tasks{", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Tasks_are_counted_by_state_and_results_and_broadcasts_are_none()
    {
        await PostAsync("open");
        await PostAsync("waiting", ""","delay_seconds":3600""");
        var (done, failed, cancelled, held) = (await PostAsync("done"), await PostAsync("failed"), await PostAsync("cancelled"), await PostAsync("held"));
        var news = await caller.CreateAsync("news", "broadcast");
        await caller.PostAsync(news, "no task");
        await FinishAsync(done, "acknowledged", ""","result":"there it is" """);
        await FinishAsync(failed, "failed", ""","retry":false""");
        await caller.SendAsync("POST", $"/v1/messages/{cancelled}/cancel", "{}", Guid.NewGuid().ToString());
        await ClaimAsync(held);

        var metrics = await ReadAsync();

        Assert.Equal(
            ["acknowledged 1", "cancelled 1", "claimed 1", "failed 1", "open 1", "waiting 1"],
            metrics.Where(static line => line.Key.StartsWith("backchannel_tasks{", StringComparison.Ordinal))
                .Select(static line => $"{line.Key.Split('"')[1]} {line.Value}").Order());
        Assert.Equal(1, metrics["backchannel_task_events_total{event=\"task.cancelled\"}"]);
        Assert.Equal(1, metrics["backchannel_workers"]);
    }

    [Fact]
    public async Task Attempts_waits_and_runs_are_counted_when_they_end()
    {
        var task = await PostAsync("twice");
        time.Advance(TimeSpan.FromSeconds(40));
        await FinishAsync(task, "failed", ""","retry_after_seconds":0""", TimeSpan.FromSeconds(0.2));
        await FinishAsync(task, "acknowledged", after: TimeSpan.FromSeconds(200));
        var other = await PostAsync("given back");
        await FinishAsync(other, "released");

        var metrics = await ReadAsync();

        Assert.Equal(
            (1, 1, 1, 0),
            (Attempts("acknowledged"), Attempts("failed"), Attempts("released"), Attempts("lease_ran_out")));
        Assert.Equal((1, 1, 2), (Of("wait_seconds_bucket", "0.1"), Of("wait_seconds_bucket", "15"), Of("wait_seconds_bucket", "60")));
        Assert.Equal(40, metrics["backchannel_task_wait_seconds_sum"], precision: 3);
        Assert.Equal((1, 2, 3, 3), (Of("run_seconds_bucket", "0.1"), Of("run_seconds_bucket", "0.5"), Of("run_seconds_bucket", "300"), metrics["backchannel_task_run_seconds_count"]));
        Assert.Equal(200.2, metrics["backchannel_task_run_seconds_sum"], precision: 3);

        double Attempts(string outcome) => metrics[$"backchannel_task_attempts_total{{outcome=\"{outcome}\"}}"];

        double Of(string name, string bound) => metrics[$"backchannel_task_{name}{{le=\"{bound}\"}}"];
    }

    [Fact]
    public async Task Each_measure_says_what_it_is()
    {
        var lines = (await bus.Http.GetStringAsync("/metrics")).Split('\n');

        var described = lines.Where(static line => line.StartsWith("# HELP ", StringComparison.Ordinal)).Select(static line => line.Split(' ')[2]).ToList();
        var typed = lines.Where(static line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(static line => line.Split(' ')[2]).ToList();
        Assert.Equal(typed, described);
        Assert.Equal(described.Distinct(), described);
        Assert.All(
            lines.Where(static line => line.Length > 0 && line[0] != '#'),
            line => Assert.Contains(typed, name => line.StartsWith(name, StringComparison.Ordinal)));
    }

    private async Task<Dictionary<string, double>> ReadAsync() => (await bus.Http.GetStringAsync("/metrics")).Split('\n')
        .Where(static line => line.Length > 0 && line[0] != '#')
        .Select(static line => line.Split(' '))
        .ToDictionary(static parts => parts[0], static parts => double.Parse(parts[1], CultureInfo.InvariantCulture));

    private async Task<string> PostAsync(string content, string options = "") =>
        (await caller.SendAsync("POST", $"/v1/channels/{lane}/tasks", $$"""{"content":"{{content}}"{{options}}}""", Guid.NewGuid().ToString()))
        .Json.GetProperty("message").GetProperty("id").GetString()!;

    private async Task<string> ClaimAsync(string task)
    {
        var claimed = await caller.SendAsync("POST", $"/v1/messages/{task}/claim-with-lease", $$"""{"session":"{{Session}}","lease_seconds":3600}""", Guid.NewGuid().ToString());
        Assert.Equal(200, claimed.Status);
        return claimed.Text("lease_token");
    }

    private async Task FinishAsync(string task, string outcome, string rest = "", TimeSpan after = default)
    {
        var lease = await ClaimAsync(task);
        time.Advance(after);
        var finished = await caller.SendAsync(
            "POST", $"/v1/messages/{task}/finish", $$"""{"session":"{{Session}}","lease_token":"{{lease}}","outcome":"{{outcome}}"{{rest}}}""", Guid.NewGuid().ToString());
        Assert.Equal(200, finished.Status);
    }
}
