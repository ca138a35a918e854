using System.Collections.Concurrent;
using Backchannel.Native.Mcp.Tasks;

namespace Backchannel.Native.Tools;

/// <summary>Whose turn it is to wait on the bus for a task: of the tasks of the extension that wait on the same channels, one at a time.</summary>
/// <remarks>Each has a claim of its own, so that their waits cannot be one request; but the one that waits gets what any of them would get.</remarks>
/// <param name="pace">For looks that do not wait: a bus counts each of those.</param>
internal sealed class ClaimTurns(WaitPace pace, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> lines = new(StringComparer.Ordinal);

    /// <summary>A bus counts a request that it holds for its first second alone.</summary>
    private readonly WaitPace held = new(time, burst: 4, TimeSpan.FromMilliseconds(250));

    /// <param name="task">Null: the call has to be answered, and looks at once.</param>
    /// <param name="wait">How long the look may have the bus hold the request.</param>
    /// <returns>The turn, which is to be given back; null: the look needs none.</returns>
    public async Task<IDisposable?> TakeAsync(TaskWait? task, TimeSpan wait, IReadOnlyList<string> channels, CancellationToken cancellationToken)
    {
        if (task is null || (wait == TimeSpan.Zero && !task.IsResumed))
        {
            return null;
        }

        if (wait == TimeSpan.Zero)
        {
            await pace.TakeAsync(cancellationToken);
            return null;
        }

        var line = lines.GetOrAdd(string.Join('\n', channels), static _ => new(1, 1));
        await line.WaitAsync(cancellationToken);
        try
        {
            await held.TakeAsync(cancellationToken);
            return new Turn(line);
        }
        catch
        {
            line.Release();
            throw;
        }
    }

    private sealed class Turn(SemaphoreSlim line) : IDisposable
    {
        public void Dispose() => line.Release();
    }
}
