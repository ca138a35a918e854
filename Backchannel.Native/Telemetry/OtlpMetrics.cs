using System.Globalization;
using System.Text.Json;
using Backchannel.Native.Text;

namespace Backchannel.Native.Telemetry;

/// <summary>Measures as the JSON of OTLP.</summary>
internal static class OtlpMetrics
{
    /// <summary>Counted from the start of the process on.</summary>
    private const int Cumulative = 2;

    /// <param name="start">Of the process.</param>
    public static ReadOnlyMemory<byte> Write(IReadOnlyList<Metric> metrics, OtlpResource resource, DateTimeOffset start, DateTimeOffset now) =>
        ReadableJson.Write(json => resource.Write(json, "Metrics", json =>
        {
            json.WriteStartArray("metrics"u8);
            foreach (var metric in metrics)
            {
                Write(json, metric, start, now);
            }

            json.WriteEndArray();
        }));

    private static void Write(Utf8JsonWriter json, Metric metric, DateTimeOffset start, DateTimeOffset now)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, metric.Name);
        json.WriteString("description"u8, metric.Help);
        if (metric.Kind == MetricKind.Histogram)
        {
            json.WriteString("unit"u8, "s"u8);
        }

        json.WriteStartObject(metric.Kind switch
        {
            MetricKind.Counter => "sum",
            MetricKind.Gauge => "gauge",
            _ => "histogram",
        });
        json.WriteStartArray("dataPoints"u8);
        foreach (var point in metric.Points)
        {
            json.WriteStartObject();
            OtlpResource.WriteAttributes(json, [.. point.Labels.Select(static label => new KeyValuePair<string, object>(label.Key, label.Value))]);
            if (metric.Kind != MetricKind.Gauge)
            {
                OtlpResource.WriteTime(json, "startTimeUnixNano", start);
            }

            OtlpResource.WriteTime(json, "timeUnixNano", now);
            WriteValue(json, point);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (metric.Kind != MetricKind.Gauge)
        {
            json.WriteNumber("aggregationTemporality"u8, Cumulative);
        }

        if (metric.Kind == MetricKind.Counter)
        {
            json.WriteBoolean("isMonotonic"u8, true);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, MetricPoint point)
    {
        if (point.Times is not { } times)
        {
            json.WriteString("asInt"u8, Text(point.Value));
            return;
        }

        json.WriteString("count"u8, Text(times.Counts.Sum()));
        json.WriteNumber("sum"u8, times.Seconds);
        json.WriteStartArray("bucketCounts"u8);
        foreach (var count in times.Counts)
        {
            json.WriteStringValue(Text(count));
        }

        json.WriteEndArray();
        json.WriteStartArray("explicitBounds"u8);
        foreach (var bound in times.Bounds)
        {
            json.WriteNumberValue(bound);
        }

        json.WriteEndArray();
    }

    /// <summary>Whole numbers of 64 bits are texts in OTLP's JSON.</summary>
    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
