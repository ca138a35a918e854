using Backchannel.Native.Bus.Memory;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Telemetry;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Requests;

/// <summary>All measures of this process of the bus, for whoever operates it. No name of a channel, key or actor is among them.</summary>
internal sealed class BusMetrics(BusDatabase database, RequestCounters requests, WorkerSessions workers)
{
    private static readonly IReadOnlyList<KeyValuePair<string, string>> NoLabels = [];

    /// <remarks>The counts of the database are left out while it cannot be asked: the others tell why.</remarks>
    public async Task<IReadOnlyList<Metric>> ReadAsync()
    {
        var measures = database.Writes.Measures;
        return
        [
            .. requests.Read(),
            new("backchannel_task_events_total", "What happened to tasks since the start.", MetricKind.Counter, Points("event", TaskEventNames.All, measures.Events.Of)),
            new("backchannel_task_attempts_total", "Attempts at tasks that ended since the start, by how they ended.", MetricKind.Counter,
                Points("outcome", AttemptOutcomes.All, measures.Attempts.Of)),
            new("backchannel_task_wait_seconds", "Time from the post of a task to its first claim, since the start.", MetricKind.Histogram,
                [new(NoLabels, 0, measures.Waits.Read())]),
            new("backchannel_task_run_seconds", "Time from the claim of a task to the end of that attempt, since the start.", MetricKind.Histogram,
                [new(NoLabels, 0, measures.Runs.Read())]),
            new("backchannel_workers", "Sessions that waited for tasks or held some within the last 5 seconds, as this process of the bus sees them.", MetricKind.Gauge,
                [new(NoLabels, workers.CountPresent())]),
            .. await TasksAsync(),
        ];
    }

    private async Task<IReadOnlyList<Metric>> TasksAsync()
    {
        try
        {
            var totals = await database.ReadAsync(static storage => storage.Counts.AllTasks());
            return
            [
                new("backchannel_tasks", "Tasks that the bus holds now, by their state; those of the history are not counted.", MetricKind.Gauge,
                    [.. totals.Select(static count => new MetricPoint([new("state", count.State)], count.Tasks))]),
            ];
        }
        catch (Exception fault) when (fault is StorageException or UnusableDatabaseException)
        {
            return [];
        }
    }

    private static List<MetricPoint> Points(string label, IReadOnlyList<string> words, Func<string, long> count) =>
        [.. words.Select(word => new MetricPoint([new(label, word)], count(word)))];
}
