using System.Collections.Concurrent;
using System.Globalization;
using Backchannel.Native.Telemetry;

namespace Backchannel.Native.Bus.Requests;

/// <summary>How many requests were answered, how, and how long they took.</summary>
/// <remarks>Paths are route templates, so ids and names never show and the number of series is bounded.</remarks>
internal sealed class RequestCounters
{
    private static readonly double[] BucketSeconds = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 30];

    private readonly ConcurrentDictionary<Answers, Count> statuses = [];
    private readonly ConcurrentDictionary<Endpoint, Histogram> durations = [];

    public void Add(string method, string path, int status, TimeSpan duration)
    {
        statuses.GetOrAdd(new(method, path, status), static _ => new Count()).Increment();
        durations.GetOrAdd(new(method, path), static _ => new Histogram(BucketSeconds)).Add(duration);
    }

    public IReadOnlyList<Metric> Read() =>
    [
        new("backchannel_requests_total", "Requests answered.", MetricKind.Counter,
        [
            .. statuses.OrderBy(static entry => entry.Key.Path, StringComparer.Ordinal).Select(static entry => new MetricPoint(
                [new("method", entry.Key.Method), new("path", entry.Key.Path), new("status", entry.Key.Status.ToString(CultureInfo.InvariantCulture))],
                entry.Value.Value)),
        ]),
        new("backchannel_request_duration_seconds", "Time to the answer, waiting included.", MetricKind.Histogram,
        [
            .. durations.OrderBy(static entry => entry.Key.Path, StringComparer.Ordinal).Select(static entry => new MetricPoint(
                [new("method", entry.Key.Method), new("path", entry.Key.Path)], 0, entry.Value.Read())),
        ]),
    ];

    private sealed record Answers(string Method, string Path, int Status);

    private sealed record Endpoint(string Method, string Path);

    private sealed class Count
    {
        private long value;

        public long Value => Interlocked.Read(ref value);

        public void Increment() => Interlocked.Increment(ref value);
    }
}
