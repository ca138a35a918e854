
namespace Backchannel.Native.Bus.Connections;

/// <summary>Counts the open connections, and knows for how long there has been none.</summary>
internal sealed class OpenConnections(TimeProvider timeProvider)
{
    private readonly Lock gate = new();
    private long lastChange = timeProvider.GetTimestamp();
    private int count;

    public int Count
    {
        get
        {
            lock (gate)
            {
                return count;
            }
        }
    }

    /// <summary>The time since the last connection ended, or since the bus started; zero while there is a connection.</summary>
    private TimeSpan Idle
    {
        get
        {
            lock (gate)
            {
                return count == 0 ? timeProvider.GetElapsedTime(lastChange) : TimeSpan.Zero;
            }
        }
    }

    public void Change(int difference)
    {
        lock (gate)
        {
            count += difference;
            lastChange = timeProvider.GetTimestamp();
        }
    }

    /// <summary>Completes when there has been no connection for this time.</summary>
    public async Task WaitUntilIdleAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        while (true)
        {
            var idle = Idle;
            if (idle >= limit)
            {
                return;
            }

            await Task.Delay(limit - idle, timeProvider, cancellationToken);
        }
    }
}
