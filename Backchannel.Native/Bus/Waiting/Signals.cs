using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Bus.Waiting;

/// <summary>Wakes the requests that wait for a change.</summary>
/// <param name="maxWaiters">How many requests may wait at once.</param>
internal sealed class Signals(int maxWaiters)
{
    private readonly Lock gate = new();
    private readonly Dictionary<Change, Entry> entries = [];
    private int waiters;
    private bool closed;

    /// <summary>Registers a request that waits.</summary>
    /// <returns>Null when as many requests wait as may, or when the bus stops.</returns>
    public Waiter? Join(Change change)
    {
        lock (gate)
        {
            if (closed || waiters >= maxWaiters)
            {
                return null;
            }

            waiters++;
            return Take(change, counts: true);
        }
    }

    /// <summary>Registers a part of the bus itself, which does not count against the limit.</summary>
    public Waiter Reserve(Change change)
    {
        lock (gate)
        {
            return Take(change, counts: false);
        }
    }

    /// <summary>Wakes all that wait for this change.</summary>
    public void Signal(Change change)
    {
        TaskCompletionSource? signal = null;
        lock (gate)
        {
            if (entries.TryGetValue(change, out var entry))
            {
                signal = entry.Renew();
            }
        }

        signal?.TrySetResult();
    }

    /// <summary>Wakes all waiters and accepts no more.</summary>
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

    private Waiter Take(Change change, bool counts)
    {
        if (!entries.TryGetValue(change, out var entry))
        {
            entries.Add(change, entry = new Entry());
        }

        entry.Waiters++;
        return new Waiter(this, change, entry, counts);
    }

    /// <summary>A registration for one change; dispose it to end it.</summary>
    internal sealed class Waiter(Signals signals, Change change, Entry entry, bool counts) : IDisposable
    {
        /// <summary>Completes at the next signal. Take it before reading the data: a change after the reading then completes it.</summary>
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
                    signals.entries.Remove(change);
                }
            }
        }
    }

    /// <summary>The waiters of one change.</summary>
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
