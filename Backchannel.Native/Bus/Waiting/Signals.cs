using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Bus.Waiting;

/// <summary>Wakes those who wait for a change.</summary>
/// <param name="maxWaiters">How many requests may wait at once.</param>
internal sealed class Signals(int maxWaiters)
{
    private readonly Lock gate = new();
    private readonly Dictionary<Change, Entry> entries = [];
    private int waiters;
    private bool closed;

    /// <summary>Takes a place among the waiters.</summary>
    /// <returns>Null when all places are taken, or when the bus stops.</returns>
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

    /// <summary>Takes a place that is not counted, for a part of the bus itself.</summary>
    public Waiter Reserve(Change change)
    {
        lock (gate)
        {
            return Take(change, counts: false);
        }
    }

    /// <summary>Wakes all who wait for this change.</summary>
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

    private Waiter Take(Change change, bool counts)
    {
        if (!entries.TryGetValue(change, out var entry))
        {
            entries.Add(change, entry = new Entry());
        }

        entry.Waiters++;
        return new Waiter(this, change, entry, counts);
    }

    /// <summary>A place among the waiters of one change; dispose it to give it back.</summary>
    internal sealed class Waiter(Signals signals, Change change, Entry entry, bool counts) : IDisposable
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
                    signals.entries.Remove(change);
                }
            }
        }
    }

    /// <summary>One change that somebody waits for.</summary>
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
