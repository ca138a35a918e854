namespace Backchannel.Native.Bus.Waiting;

/// <summary>Wakes those who wait for something to happen on a channel or to a message.</summary>
/// <remarks>A channel is named by its number, a message by its time in microseconds: no bus lives to see them meet.</remarks>
internal sealed class ChannelSignals(int maxWaiters)
{
    /// <summary>Stands for the queue of webhook events, in the place of a channel's number.</summary>
    public const long Webhooks = 0;

    /// <summary>Stands for the deletion of a channel, for those who wait for a message of it.</summary>
    public static long Deletion(long channel) => -channel;

    private readonly Lock gate = new();
    private readonly Dictionary<long, Entry> entries = [];
    private int waiters;
    private bool closed;

    /// <summary>Takes a place among the waiters.</summary>
    /// <returns>Null when all places are taken, or when the bus stops.</returns>
    public Waiter? Join(long channel)
    {
        lock (gate)
        {
            if (closed || waiters >= maxWaiters)
            {
                return null;
            }

            waiters++;
            return Take(channel, counts: true);
        }
    }

    /// <summary>Takes a place that is not counted, for a part of the bus itself.</summary>
    public Waiter Reserve(long channel)
    {
        lock (gate)
        {
            return Take(channel, counts: false);
        }
    }

    /// <summary>Wakes all who wait for a channel.</summary>
    public void Signal(long channel)
    {
        TaskCompletionSource? signal = null;
        lock (gate)
        {
            if (entries.TryGetValue(channel, out var entry))
            {
                signal = entry.Renew();
            }
        }

        signal?.TrySetResult();
    }

    /// <summary>Wakes everybody and lets nobody wait any more.</summary>
    public void Close()
    {
        List<TaskCompletionSource> signals;
        lock (gate)
        {
            closed = true;
            signals = [.. entries.Values.Select(entry => entry.Renew())];
        }

        foreach (var signal in signals)
        {
            signal.TrySetResult();
        }
    }

    public bool IsClosed
    {
        get
        {
            lock (gate)
            {
                return closed;
            }
        }
    }

    private Waiter Take(long channel, bool counts)
    {
        if (!entries.TryGetValue(channel, out var entry))
        {
            entries.Add(channel, entry = new Entry());
        }

        entry.Waiters++;
        return new Waiter(this, channel, entry, counts);
    }

    /// <summary>A place among the waiters of one channel; dispose it to give it back.</summary>
    internal sealed class Waiter(ChannelSignals signals, long channel, Entry entry, bool counts) : IDisposable
    {
        /// <summary>Completes at the next signal. Take it before looking at the data, so that no signal is missed.</summary>
        public Task Next
        {
            get
            {
                lock (signals.gate)
                {
                    return entry.Signal.Task;
                }
            }
        }

        public void Dispose()
        {
            lock (signals.gate)
            {
                signals.waiters -= counts ? 1 : 0;
                if (--entry.Waiters == 0)
                {
                    signals.entries.Remove(channel);
                }
            }
        }
    }

    /// <summary>One channel that somebody waits for.</summary>
    internal sealed class Entry
    {
        public int Waiters { get; set; }

        public TaskCompletionSource Signal { get; private set; } = NewSignal();

        public TaskCompletionSource Renew()
        {
            var current = Signal;
            Signal = NewSignal();
            return current;
        }

        private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
