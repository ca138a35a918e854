namespace Backchannel.Native.Telemetry;

/// <summary>One measure and its values at a moment.</summary>
/// <param name="Name">As Prometheus wants it: with the unit, and <c>_total</c> for a counter.</param>
/// <param name="Help">One sentence.</param>
internal sealed record Metric(string Name, string Help, MetricKind Kind, IReadOnlyList<MetricPoint> Points);

internal enum MetricKind
{
    /// <summary>Grows from the start of the process on.</summary>
    Counter,

    Gauge,

    /// <summary>How often it took how many seconds, since the start of the process.</summary>
    Histogram,
}

/// <summary>The value of a measure for one choice of labels.</summary>
/// <param name="Value">Of a counter or a gauge.</param>
/// <param name="Times">Of a histogram.</param>
internal sealed record MetricPoint(IReadOnlyList<KeyValuePair<string, string>> Labels, long Value, HistogramValues? Times = null);

/// <param name="Bounds">Upper bounds of the buckets in seconds, in ascending order.</param>
/// <param name="Counts">How many values each bucket has; one more than there are bounds.</param>
/// <param name="Seconds">All values together.</param>
internal sealed record HistogramValues(IReadOnlyList<double> Bounds, IReadOnlyList<long> Counts, double Seconds);
