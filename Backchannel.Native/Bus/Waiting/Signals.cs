using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Bus.Waiting;

/// <summary>Wakes the requests that wait for a change.</summary>
/// <remarks>
/// A key may hold as many places as are still free: a first greedy key gets half of all, the next one a quarter, and so on.
/// </remarks>
/// <param name="maxWaiters">How many requests may wait at once.</param>
internal sealed class Signals(int maxWaiters)
{
    private readonly Lock gate = new();
    private readonly Dictionary<Change, Entry> entries = [];
    private readonly Dictionary<string, int> waitersOfKeys = [];
    private int waiters;
    private bool closed;

    /// <summary>Registers a request that waits.</summary>
    /// <returns>Null when as many requests wait as may, or as many of this key, or when the bus stops.</returns>
    public Waiter? Join(Change change, string keyId)
    {
        lock (gate)
        {
            var ofKey = waitersOfKeys.GetValueOrDefault(keyId);
            if (closed || ofKey >= maxWaiters - waiters)
            {
                return null;
            }

            waiters++;
            waitersOfKeys[keyId] = ofKey + 1;
            return Take(change, keyId);
        }
    }

    /// <summary>Registers a part of the bus itself, which does not count against the limit.</summary>
    public Waiter Reserve(Change change)
    {
        lock (gate)
        {
            return Take(change, keyId: null);
        }
    }

    /// <summary>Wakes all that wait for this change; where it is <see cref="Change.OfEverything"/>, all that wait for some change.</summary>
    public void Signal(Change change)
    {
        if (change.Kind == ChangeKind.Everything)
        {
            WakeAll(closes: false);
            return;
        }

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
    public void Close() => WakeAll(closes: true);

    private void WakeAll(bool closes)
    {
        List<TaskCompletionSource> signals;
        lock (gate)
        {
            closed |= closes;
            // These two are signalled only when the bus stops.
            signals = [.. entries.Where(entry => closes || (entry.Key != Change.OfWaitingClaims && entry.Key != Change.OfLookingOn)).Select(static entry => entry.Value.Renew())];
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

    private void Leave(string keyId)
    {
        waiters--;
        if (--waitersOfKeys[keyId] == 0)
        {
            waitersOfKeys.Remove(keyId);
        }
    }

    private Waiter Take(Change change, string? keyId)
    {
        if (!entries.TryGetValue(change, out var entry))
        {
            entries.Add(change, entry = new Entry());
        }

        entry.Waiters++;
        return new Waiter(this, change, entry, keyId);
    }

    /// <summary>A registration for one change; dispose it to end it.</summary>
    /// <param name="keyId">Whose place it takes; null: it counts against no limit.</param>
    internal sealed class Waiter(Signals signals, Change change, Entry entry, string? keyId) : IDisposable
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
                if (keyId is not null)
                {
                    signals.Leave(keyId);
                }

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
