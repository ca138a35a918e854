namespace Backchannel.Native.Tests.Support.Pace;

/// <summary>Repeats an action, one run after the other, until it is disposed.</summary>
internal sealed class Rhythm : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private int beats;

    /// <param name="pause">The pause before each run.</param>
    /// <param name="act">The action; true: the run counts.</param>
    public Rhythm(Func<TimeSpan> pause, Func<Task<bool>> act) => Running = RunAsync(pause, act);

    /// <summary>How many runs counted.</summary>
    public int Beats => Volatile.Read(ref beats);

    /// <summary>Completes when it is disposed; fails when the action does.</summary>
    public Task Running { get; }

    /// <summary>Completes when the work is done; fails as soon as a part of the work, or the action, fails.</summary>
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
