namespace Backchannel.Native.Telemetry;

/// <summary>Sends measures at an interval, and once more at the end.</summary>
internal sealed class MetricExport : IAsyncDisposable
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(2);

    private readonly OtlpSettings settings;
    private readonly OtlpSender sender;
    private readonly OtlpResource resource;
    private readonly Func<Task<IReadOnlyList<Metric>>> readAsync;
    private readonly TimeProvider time;
    private readonly DateTimeOffset start;
    private readonly CancellationTokenSource closing = new();
    private readonly CancellationTokenSource stopped = new();
    private readonly Task loop;

    public MetricExport(OtlpSettings settings, OtlpSender sender, OtlpResource resource, Func<Task<IReadOnlyList<Metric>>> readAsync, TimeProvider time)
    {
        (this.settings, this.sender, this.resource, this.readAsync, this.time) = (settings, sender, resource, readAsync, time);
        start = time.GetUtcNow();
        loop = Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        stopped.CancelAfter(EndLimit);
        await closing.CancelAsync();
        await loop;
    }

    private async Task RunAsync()
    {
        try
        {
            do
            {
                await Task.Delay(settings.MetricInterval, time, closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                var body = OtlpMetrics.Write(await readAsync(), resource, start, time.GetUtcNow());

                // What is not taken comes again with the next ones: they count from the start.
                await sender.SendAsync(settings.Metrics!, body, stopped.Token);
            }
            while (!closing.IsCancellationRequested);
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
        }
    }
}
