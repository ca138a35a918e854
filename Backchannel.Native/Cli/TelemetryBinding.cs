using Backchannel.Native.Telemetry;

namespace Backchannel.Native.Cli;

/// <summary>Makes what sends traces, where the environment names a collector.</summary>
internal static class TelemetryBinding
{
    /// <returns>Null: nothing is sent.</returns>
    public static TelemetryExport? Bind(Surroundings surroundings, Action<string> warn) =>
        surroundings.Environment(OtlpSettings.Endpoint) is null && surroundings.Environment(OtlpSettings.TracesEndpoint) is null
            ? null
            : OtlpSettings.Read(surroundings.Environment, "backchannel-mcp", ProductVersion.Text, warn) is { Traces: not null } settings
                ? new TelemetryExport(settings, warn, surroundings.TimeProvider)
                : null;
}
