using System.Globalization;
using System.Security.Cryptography;
using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Bus.Waiting;

/// <summary>Remembers what changed lately on the bus, for people who look on.</summary>
/// <remarks>
/// In memory: a reader whose place is not known here, because the bus was started anew or another process answers, reads everything once.
/// Nothing is remembered while nobody looks on.
/// </remarks>
internal sealed class ChangeLog(TimeProvider timeProvider)
{
    private const int MostRemembered = 20_000;

    /// <summary>For how long after a question changes are remembered. A reader asks again within the longest wait of a request.</summary>
    private static readonly TimeSpan Interest = TimeSpan.FromMinutes(2);

    private readonly Lock gate = new();
    private readonly string start = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
    private readonly Dictionary<Change, LinkedListNode<Entry>> known = [];
    private readonly LinkedList<Entry> entries = [];
    private long last;
    private long complete;
    private long? asked;
    private TaskCompletionSource next = NewSignal();

    /// <summary>Completes at the next change. Take it before <see cref="Since"/>.</summary>
    public Task Next
    {
        get
        {
            lock (gate)
            {
                return next.Task;
            }
        }
    }

    /// <summary>Takes a change that is on the disk.</summary>
    public void Note(Change change)
    {
        TaskCompletionSource signal;
        lock (gate)
        {
            if (!IsAwaited || !IsShown(change.Kind))
            {
                return;
            }

            last++;
            if (change.Kind == ChangeKind.Everything || known.Count == MostRemembered)
            {
                Forget();
            }

            Remember(change);
            signal = next;
            next = NewSignal();
        }

        signal.TrySetResult();
    }

    /// <summary>Where the log ends now. From here on it is kept.</summary>
    public long Begin()
    {
        lock (gate)
        {
            if (!IsAwaited)
            {
                Forget();
            }

            asked = timeProvider.GetTimestamp();
            return last;
        }
    }

    /// <summary>What changed after a place, the latest first, each once.</summary>
    /// <returns>Null for the changes: some of them are not known any more.</returns>
    public (long Place, IReadOnlyList<Change>? Changes) Since(long place)
    {
        lock (gate)
        {
            Begin();
            if (place < complete || place > last)
            {
                return (last, null);
            }

            List<Change> changes = [];
            for (var entry = entries.Last; entry is not null && entry.Value.Place > place; entry = entry.Previous)
            {
                changes.Add(entry.Value.Change);
            }

            return (last, changes);
        }
    }

    /// <summary>A reader's place, as text.</summary>
    /// <param name="newest">The newest message that it has seen.</param>
    public string ToText(long place, long newest) => string.Create(CultureInfo.InvariantCulture, $"{start}.{place}.{newest}");

    /// <returns>Null: not a text of this log.</returns>
    public (long Place, long Newest)? Parse(string? text) =>
        text?.Split('.') is [var of, var place, var newest] && of == start
        && long.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && long.TryParse(newest, NumberStyles.None, CultureInfo.InvariantCulture, out var seen)
            ? (number, seen)
            : null;

    private bool IsAwaited => asked is { } at && timeProvider.GetElapsedTime(at) < Interest;

    private static bool IsShown(ChangeKind kind) =>
        kind is ChangeKind.Channel or ChangeKind.ChannelRules or ChangeKind.ChannelDeletion or ChangeKind.Message or ChangeKind.Everything;

    private void Remember(Change change)
    {
        if (known.Remove(change, out var before))
        {
            entries.Remove(before);
        }

        known[change] = entries.AddLast(new Entry(change, last));
    }

    /// <summary>What a reader at an earlier place missed is not known from now on.</summary>
    private void Forget()
    {
        complete = last;
        known.Clear();
        entries.Clear();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed record Entry(Change Change, long Place);
}
