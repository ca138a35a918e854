namespace Backchannel.Native.Telemetry;

/// <summary>Everything that one process sends to a collector.</summary>
internal sealed class TelemetryExport : IAsyncDisposable
{
    private readonly OtlpSender sender;
    private readonly SpanExport? spans;
    private readonly MetricExport? metrics;

    /// <param name="warn">Told that the collector takes nothing.</param>
    /// <param name="readAsync">The measures of the process; null: it has none.</param>
    public TelemetryExport(OtlpSettings settings, Action<string> warn, TimeProvider time, Func<Task<IReadOnlyList<Metric>>>? readAsync = null)
    {
        var resource = new OtlpResource(settings);
        sender = new OtlpSender(settings, warn);
        spans = settings.Traces is null ? null : new(settings, sender, resource, time);
        metrics = settings.Metrics is null || readAsync is null ? null : new(settings, sender, resource, readAsync, time);
    }

    /// <summary>Null: no traces are sent.</summary>
    public Tracer? Tracer => spans?.Tracer;

    /// <summary>Sends the rest, for two seconds at most.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(spans?.DisposeAsync().AsTask() ?? Task.CompletedTask, metrics?.DisposeAsync().AsTask() ?? Task.CompletedTask);
        sender.Dispose();
    }
}
