namespace Backchannel.Native.Wake;

/// <summary>The one hook that waits for a session's events; it holds an open file, which the system closes when it is killed.</summary>
internal sealed class Waiter(string path, TimeProvider time)
{
    /// <summary>A server that looks whether somebody waits holds the file for a moment.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Whether a hook waits.</summary>
    public bool IsThere()
    {
        if (!PlainFile.IsThere(path))
        {
            return false;
        }

        using var held = PlainFile.TryHold(path);
        return held is null;
    }

    /// <returns>To be held while waiting; null: another hook waits.</returns>
    public async Task<IDisposable?> EnterAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            if (PlainFile.TryHold(path) is { } held)
            {
                return held;
            }

            if (time.GetElapsedTime(started) > Patience)
            {
                return null;
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }
}
