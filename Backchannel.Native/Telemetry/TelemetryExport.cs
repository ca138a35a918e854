namespace Backchannel.Native.Telemetry;

/// <summary>Everything that one process sends to a collector.</summary>
internal sealed class TelemetryExport : IAsyncDisposable
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(2);

    /// <summary>A person waits for the end of a command that did one thing: a collector that does not answer by then loses its trace.</summary>
    private static readonly TimeSpan EndLimitOfACommand = TimeSpan.FromSeconds(0.5);

    private readonly OtlpSender sender;
    private readonly SpanExport? spans;
    private readonly MetricExport? metrics;

    /// <param name="warn">Told that the collector takes nothing.</param>
    /// <param name="readAsync">The measures of the process; null: it has none.</param>
    /// <param name="isShort">Whether the process ends after one thing.</param>
    public TelemetryExport(
        OtlpSettings settings, Action<string> warn, TimeProvider time, Func<Task<IReadOnlyList<Metric>>>? readAsync = null, bool isShort = false)
    {
        var resource = new OtlpResource(settings);
        sender = new OtlpSender(settings, warn);
        spans = settings.Traces is null ? null : new(settings, sender, resource, time, isShort ? EndLimitOfACommand : EndLimit);
        metrics = settings.Metrics is null || readAsync is null ? null : new(settings, sender, resource, readAsync, time);
    }

    /// <summary>Null: no traces are sent.</summary>
    public Tracer? Tracer => spans?.Tracer;

    /// <summary>Sends the rest, for two seconds at most, or half a one.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(spans?.DisposeAsync().AsTask() ?? Task.CompletedTask, metrics?.DisposeAsync().AsTask() ?? Task.CompletedTask);
        sender.Dispose();
    }
}
