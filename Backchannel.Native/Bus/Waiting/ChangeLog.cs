using System.Buffers;
using System.Buffers.Binary;
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

    private const int NonceBytes = 8;
    private const int TagBytes = 16;
    private const int CursorBytes = NonceBytes + (2 * sizeof(long)) + sizeof(int) + TagBytes;

    /// <summary>For how long after a question changes are remembered. A reader asks again within the longest wait of a request.</summary>
    private static readonly TimeSpan Interest = TimeSpan.FromMinutes(2);

    private readonly Lock gate = new();
    private readonly byte[] secret = RandomNumberGenerator.GetBytes(32);
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

    /// <summary>Where a reader is, as text that tells nothing: how much happens on the bus, and when, is not for every key.</summary>
    public string ToText(ChangeCursor reader)
    {
        var cursor = new byte[CursorBytes];
        RandomNumberGenerator.Fill(cursor.AsSpan(0, NonceBytes));
        var content = cursor.AsSpan(NonceBytes);
        BinaryPrimitives.WriteInt64LittleEndian(content, reader.Place);
        BinaryPrimitives.WriteInt64LittleEndian(content[sizeof(long)..], reader.Newest);
        BinaryPrimitives.WriteInt32LittleEndian(content[(2 * sizeof(long))..], reader.Lanes);
        Tag(cursor).AsSpan(0, TagBytes).CopyTo(cursor.AsSpan(CursorBytes - TagBytes));
        Mask(cursor);
        return Convert.ToHexStringLower(cursor);
    }

    /// <returns>Null: not a text of this log.</returns>
    public ChangeCursor? Parse(string? text)
    {
        var cursor = new byte[CursorBytes];
        if (text?.Length != 2 * CursorBytes || Convert.FromHexString(text, cursor, out _, out _) != OperationStatus.Done)
        {
            return null;
        }

        Mask(cursor);
        var content = cursor.AsSpan(NonceBytes);
        return Tag(cursor).AsSpan(0, TagBytes).SequenceEqual(cursor.AsSpan(CursorBytes - TagBytes))
            ? new ChangeCursor(
                BinaryPrimitives.ReadInt64LittleEndian(content),
                BinaryPrimitives.ReadInt64LittleEndian(content[sizeof(long)..]),
                BinaryPrimitives.ReadInt32LittleEndian(content[(2 * sizeof(long))..]))
            : null;
    }

    /// <summary>Hides the place, or shows it again: each nonce makes another mask.</summary>
    private void Mask(byte[] cursor)
    {
        var mask = SHA256.HashData([.. secret, 0, .. cursor.AsSpan(0, NonceBytes)]);
        for (var i = NonceBytes; i < CursorBytes - TagBytes; i++)
        {
            cursor[i] ^= mask[i - NonceBytes];
        }
    }

    /// <summary>Over the nonce and the place: no reader can make a cursor.</summary>
    private byte[] Tag(byte[] cursor) => SHA256.HashData([.. secret, 1, .. cursor.AsSpan(0, CursorBytes - TagBytes)]);

    private bool IsAwaited => asked is { } at && timeProvider.GetElapsedTime(at) < Interest;

    private static bool IsShown(ChangeKind kind) => kind
        is ChangeKind.Channel or ChangeKind.ChannelRules or ChangeKind.ChannelPeople or ChangeKind.ChannelDeletion
        or ChangeKind.Message or ChangeKind.Keys or ChangeKind.Everything;

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
