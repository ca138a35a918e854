using System.Threading.Channels;

namespace Backchannel.Native.Telemetry;

/// <summary>Sends spans in the background. Whoever hands one over never waits: what there is no room for is lost.</summary>
internal sealed class SpanExport : IAsyncDisposable
{
    /// <summary>Those of the OpenTelemetry specification.</summary>
    private const int MostWaiting = 2048;
    private const int LargestBatch = 512;
    private static readonly TimeSpan GatherTime = TimeSpan.FromSeconds(5);

    private const int MostAttempts = 4;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    /// <summary>What a process may take at its end to send the rest.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(2);

    private readonly Channel<Span> waiting = Channel.CreateBounded<Span>(
        new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly OtlpSettings settings;
    private readonly OtlpSender sender;
    private readonly OtlpResource resource;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource closing = new();
    private readonly CancellationTokenSource stopped = new();
    private readonly Lock gate = new();
    private Task? loop;

    public SpanExport(OtlpSettings settings, OtlpSender sender, OtlpResource resource, TimeProvider time)
    {
        (this.settings, this.sender, this.resource, this.time) = (settings, sender, resource, time);
        Tracer = new Tracer(time, Add);
    }

    public Tracer Tracer { get; }

    /// <summary>Sends the rest, as far as that goes within the limit.</summary>
    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        await closing.CancelAsync();
        Task? running;
        lock (gate)
        {
            running = loop;
        }

        if (running is not null)
        {
            stopped.CancelAfter(EndLimit);
            await running;
        }
    }

    private void Add(Span span)
    {
        waiting.Writer.TryWrite(span);
        lock (gate)
        {
            loop ??= Task.Run(RunAsync);
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (await waiting.Reader.WaitToReadAsync(stopped.Token))
            {
                await PauseAsync(GatherTime);
                var batch = new List<Span>();
                while (batch.Count < LargestBatch && waiting.Reader.TryRead(out var span))
                {
                    batch.Add(span);
                }

                await SendAsync(OtlpSpans.Write(batch, resource));
            }
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            // The time is up: the rest is lost.
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> body)
    {
        var pause = FirstPause;
        for (var attempt = 1; await sender.SendAsync(settings.Traces!, body, stopped.Token) && attempt < MostAttempts && !closing.IsCancellationRequested; attempt++)
        {
            await PauseAsync(pause);
            pause *= 2;
        }
    }

    /// <summary>The end of the process is not waited for.</summary>
    private async Task PauseAsync(TimeSpan pause) => await Task.Delay(pause, time, closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
