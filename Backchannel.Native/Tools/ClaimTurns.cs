using Backchannel.Native.Mcp.Tasks;

namespace Backchannel.Native.Tools;

/// <summary>Whose turn it is to wait on the bus for a task: of the tasks of the extension that wait on the same channels, one at a time.</summary>
/// <remarks>Each has a claim of its own, so that their waits cannot be one request; but the one that waits gets what any of them would get.</remarks>
/// <param name="pace">For looks that do not wait: a bus counts each of those.</param>
internal sealed class ClaimTurns(WaitPace pace, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Line> lines = new(StringComparer.Ordinal);

    /// <summary>A bus counts a request that it holds for its first second alone.</summary>
    private readonly WaitPace held = new(time, burst: 4, TimeSpan.FromMilliseconds(250));

    /// <summary>Looks for a task, when it is its turn.</summary>
    /// <param name="task">Null: the call has to be answered, and looks at once.</param>
    /// <param name="wait">How long the look may have the bus hold the request.</param>
    /// <param name="left">How long the whole wait still lasts.</param>
    /// <param name="look">Told how long the bus may hold the request then. Null: it found nothing.</param>
    /// <returns>What it found; null: nothing, or its turn did not come in the time that was left.</returns>
    public async Task<T?> LookAsync<T>(
        TaskWait? task, TimeSpan wait, TimeSpan left, IReadOnlyList<string> channels, Func<TimeSpan, Task<T?>> look, CancellationToken cancellationToken)
    {
        if (task is not { IsInBackground: true })
        {
            return await look(wait);
        }

        if (wait == TimeSpan.Zero)
        {
            await pace.TakeAsync(cancellationToken);
            return await look(wait);
        }

        var started = time.GetTimestamp();
        var place = string.Join('\n', channels);
        var line = Join(place);
        left = left > wait ? left : wait;
        using var end = new CancellationTokenSource(left, time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, end.Token);
        try
        {
            await line.Turn.WaitAsync(any.Token);
            try
            {
                await held.TakeAsync(any.Token);
                left -= time.GetElapsedTime(started);
                return left > TimeSpan.Zero ? await LookInTurnAsync(wait < left ? wait : left, look, any.Token) : default;
            }
            finally
            {
                line.Turn.Release();
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return default;
        }
        finally
        {
            Leave(place, line);
        }
    }

    private async Task<T?> LookInTurnAsync<T>(TimeSpan wait, Func<TimeSpan, Task<T?>> look, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var found = await look(wait);
        if (found is null && time.GetElapsedTime(started) < wait / 2)
        {
            // The bus did not hold it, as where there is no such channel yet: it counts in full.
            await pace.TakeAsync(cancellationToken);
        }

        return found;
    }

    private Line Join(string place)
    {
        lock (gate)
        {
            if (!lines.TryGetValue(place, out var line))
            {
                lines[place] = line = new();
            }

            line.Length++;
            return line;
        }
    }

    /// <summary>A line in which nobody waits is forgotten.</summary>
    private void Leave(string place, Line line)
    {
        lock (gate)
        {
            if (--line.Length == 0)
            {
                lines.Remove(place);
            }
        }
    }

    private sealed class Line
    {
        /// <summary>Has nothing to dispose of: only its wait handle would, and nobody asks for that.</summary>
        public SemaphoreSlim Turn { get; } = new(1, 1);

        /// <summary>How many wait in it, or look.</summary>
        public int Length { get; set; }
    }
}
