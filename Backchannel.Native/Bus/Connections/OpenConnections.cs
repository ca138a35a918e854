
namespace Backchannel.Native.Bus.Connections;

/// <summary>How many clients are connected, and since when nobody is.</summary>
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

    /// <summary>How long ago the last connection ended, or the bus started; zero while somebody is connected.</summary>
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

    /// <summary>Returns once nobody has been connected for so long.</summary>
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
