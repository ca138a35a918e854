using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Backchannel.Native.Bus.Requests;

/// <summary>How many requests were answered, how, and how long they took; in the text form that Prometheus reads.</summary>
/// <remarks>Paths are route templates, so ids and names never show and the number of series is bounded.</remarks>
internal sealed class RequestCounters
{
    private static readonly double[] BucketSeconds = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 30];

    private readonly ConcurrentDictionary<Answers, Count> statuses = [];
    private readonly ConcurrentDictionary<Endpoint, Durations> durations = [];

    public void Add(string method, string path, int status, TimeSpan duration)
    {
        statuses.GetOrAdd(new(method, path, status), static _ => new Count()).Increment();
        durations.GetOrAdd(new(method, path), static _ => new Durations()).Add(duration);
    }

    public string ToText()
    {
        var text = new StringBuilder();
        text.Append("# HELP backchannel_requests_total Requests answered.\n# TYPE backchannel_requests_total counter\n");
        foreach (var ((method, path, status), count) in statuses.OrderBy(entry => entry.Key.Path, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"backchannel_requests_total{{method=\"{method}\",path=\"{path}\",status=\"{status}\"}} {count.Value}\n");
        }

        text.Append("# HELP backchannel_request_duration_seconds Time to the answer, waiting included.\n");
        text.Append("# TYPE backchannel_request_duration_seconds histogram\n");
        foreach (var ((method, path), times) in durations.OrderBy(entry => entry.Key.Path, StringComparer.Ordinal))
        {
            times.WriteTo(text, $"method=\"{method}\",path=\"{path}\"");
        }

        return text.ToString();
    }

    private sealed record Answers(string Method, string Path, int Status);

    private sealed record Endpoint(string Method, string Path);

    private sealed class Count
    {
        private long value;

        public long Value => Interlocked.Read(ref value);

        public void Increment() => Interlocked.Increment(ref value);
    }

    private sealed class Durations
    {
        private readonly long[] buckets = new long[BucketSeconds.Length + 1];
        private long microseconds;

        public void Add(TimeSpan duration)
        {
            var seconds = duration.TotalSeconds;
            var bucket = Array.FindIndex(BucketSeconds, bound => seconds <= bound);
            Interlocked.Increment(ref buckets[bucket < 0 ? BucketSeconds.Length : bucket]);
            Interlocked.Add(ref microseconds, (long)duration.TotalMicroseconds);
        }

        public void WriteTo(StringBuilder text, string labels)
        {
            var total = 0L;
            for (var i = 0; i < buckets.Length; i++)
            {
                total += Interlocked.Read(ref buckets[i]);
                var bound = i < BucketSeconds.Length ? BucketSeconds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
                text.Append(CultureInfo.InvariantCulture, $"backchannel_request_duration_seconds_bucket{{{labels},le=\"{bound}\"}} {total}\n");
            }

            var sum = Interlocked.Read(ref microseconds) / 1e6;
            text.Append(CultureInfo.InvariantCulture, $"backchannel_request_duration_seconds_sum{{{labels}}} {sum}\n");
            text.Append(CultureInfo.InvariantCulture, $"backchannel_request_duration_seconds_count{{{labels}}} {total}\n");
        }
    }
}
