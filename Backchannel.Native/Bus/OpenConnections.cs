namespace Backchannel.Native.Bus;

/// <summary>How many clients are connected, and since when nobody is.</summary>
internal sealed class OpenConnections(TimeProvider timeProvider)
{
    private readonly Lock gate = new();
    private DateTimeOffset lastChange = timeProvider.GetUtcNow();
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

    /// <summary>When the last connection ended, or the bus started; null while somebody is connected.</summary>
    public DateTimeOffset? IdleSince
    {
        get
        {
            lock (gate)
            {
                return count == 0 ? lastChange : null;
            }
        }
    }

    public void Change(int difference)
    {
        lock (gate)
        {
            count += difference;
            lastChange = timeProvider.GetUtcNow();
        }
    }
}
