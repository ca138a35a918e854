using System.Globalization;
using System.Text;

namespace Backchannel.Native.Telemetry;

/// <summary>Measures in the text form that Prometheus reads, version 0.0.4.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4";

    /// <remarks>No label has a character that would need escaping: all are words of this program or route templates.</remarks>
    public static string Of(IEnumerable<Metric> metrics)
    {
        var text = new StringBuilder();
        foreach (var metric in metrics)
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP {metric.Name} {metric.Help}\n# TYPE {metric.Name} {Word(metric.Kind)}\n");
            foreach (var point in metric.Points)
            {
                var labels = string.Join(',', point.Labels.Select(static label => $"{label.Key}=\"{label.Value}\""));
                if (point.Times is { } times)
                {
                    Append(text, metric.Name, labels, times);
                }
                else
                {
                    text.Append(CultureInfo.InvariantCulture, $"{metric.Name}{Braced(labels)} {point.Value}\n");
                }
            }
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, string name, string labels, HistogramValues times)
    {
        var total = 0L;
        for (var i = 0; i < times.Counts.Count; i++)
        {
            total += times.Counts[i];
            var bound = i < times.Bounds.Count ? times.Bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{labels}{(labels.Length > 0 ? "," : "")}le=\"{bound}\"}} {total}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"{name}_sum{Braced(labels)} {times.Seconds}\n");
        text.Append(CultureInfo.InvariantCulture, $"{name}_count{Braced(labels)} {total}\n");
    }

    private static string Braced(string labels) => labels.Length > 0 ? $"{{{labels}}}" : "";

    private static string Word(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Gauge => "gauge",
        _ => "histogram",
    };
}
