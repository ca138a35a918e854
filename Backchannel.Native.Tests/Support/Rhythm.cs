namespace Backchannel.Native.Tests.Support;

/// <summary>Does something again and again, one after the other, until it is disposed.</summary>
internal sealed class Rhythm : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private int beats;

    /// <param name="pause">Before each time.</param>
    /// <param name="act">True: it counts.</param>
    public Rhythm(Func<TimeSpan> pause, Func<Task<bool>> act) => Running = RunAsync(pause, act);

    /// <summary>How often it was done and counts.</summary>
    public int Beats => Volatile.Read(ref beats);

    /// <summary>Ends when it is disposed, or fails with what is done.</summary>
    public Task Running { get; }

    /// <summary>Ends when the work is done; fails as soon as a part of it, or this, does.</summary>
    public async Task AccompanyAsync(CancellationToken limit, params IEnumerable<Task> work)
    {
        await foreach (var done in Task.WhenEach([AllAsync(), Running]).WithCancellation(limit))
        {
            await done;
            return;
        }

        async Task AllAsync()
        {
            await foreach (var done in Task.WhenEach(work))
            {
                await done;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await Running;
        stopping.Dispose();
    }

    private async Task RunAsync(Func<TimeSpan> pause, Func<Task<bool>> act)
    {
        while (true)
        {
            await Task.Delay(pause(), stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stopping.IsCancellationRequested)
            {
                return;
            }

            if (await act())
            {
                Interlocked.Increment(ref beats);
            }
        }
    }
}
