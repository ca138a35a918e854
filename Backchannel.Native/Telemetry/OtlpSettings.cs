using System.Globalization;

namespace Backchannel.Native.Telemetry;

/// <summary>Where traces and measures go, as the variables of the OpenTelemetry specification say it.</summary>
/// <param name="Traces">Null: no traces are sent.</param>
/// <param name="Metrics">Null: no measures are sent.</param>
/// <param name="Headers">Of each request; they may hold secrets.</param>
/// <param name="ServiceName">What the operator calls this program.</param>
internal sealed record OtlpSettings(
    Uri? Traces, Uri? Metrics, IReadOnlyList<KeyValuePair<string, string>> Headers, string ServiceName, string ServiceVersion, TimeSpan MetricInterval)
{
    public const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    public const string TracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    public const string MetricsEndpoint = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";

    private const string Protocol = "OTEL_EXPORTER_OTLP_PROTOCOL";

    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(60);

    /// <param name="environment">Looks a variable up; null when it is not set.</param>
    /// <param name="name">What the program is called without OTEL_SERVICE_NAME.</param>
    /// <param name="warn">Told why nothing is sent although an endpoint is named. Other programs read the same variables, so a wrong one does not end this one.</param>
    /// <returns>Null: nothing is sent.</returns>
    public static OtlpSettings? Read(Func<string, string?> environment, string name, string version, Action<string> warn)
    {
        var common = Address(Endpoint);
        var traces = Address(TracesEndpoint) ?? Below(common, "v1/traces");
        var metrics = Address(MetricsEndpoint) ?? Below(common, "v1/metrics");
        if ((traces ?? metrics) is null || string.Equals(Value("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        if (Value(Protocol) == "grpc")
        {
            warn($"{Protocol} is grpc, which is not spoken here: no traces and measures are sent. To get them, name an endpoint that takes OTLP over HTTP, and http/json.");
            return null;
        }

        return new(traces, metrics, ReadHeaders(Value("OTEL_EXPORTER_OTLP_HEADERS")), Value("OTEL_SERVICE_NAME") ?? name, version, Interval());

        string? Value(string variable) => environment(variable) is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;

        Uri? Address(string variable)
        {
            if (Value(variable) is not { } text)
            {
                return null;
            }

            if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
            {
                return address;
            }

            // Not repeated: it may hold a password.
            warn($"{variable} is no http or https URL: nothing is sent there. Write it like http://localhost:4318.");
            return null;
        }

        TimeSpan Interval() =>
            int.TryParse(Value("OTEL_METRIC_EXPORT_INTERVAL"), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds > 0
                ? TimeSpan.FromMilliseconds(milliseconds)
                : DefaultInterval;
    }

    private static Uri? Below(Uri? common, string path) =>
        common is null ? null : new UriBuilder(common) { Path = $"{common.AbsolutePath.TrimEnd('/')}/{path}" }.Uri;

    private static List<KeyValuePair<string, string>> ReadHeaders(string? list)
    {
        var headers = new List<KeyValuePair<string, string>>();
        foreach (var item in list?.Split(',') ?? [])
        {
            if (item.Split('=', 2) is [var name, var value] && name.Trim().Length > 0)
            {
                headers.Add(new(name.Trim(), Uri.UnescapeDataString(value.Trim())));
            }
        }

        return headers;
    }
}
