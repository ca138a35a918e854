using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Reads what a subscription has not seen yet: nothing is skipped and nothing shown twice.</summary>
internal sealed class SubscriptionReader(TimeProvider time)
{
    /// <summary>How long after its time of creation a message may still appear.</summary>
    /// <remarks>The reference bus waits at most 5 s for the write lock after it took the time.</remarks>
    public static readonly TimeSpan Overlap = TimeSpan.FromSeconds(8);

    /// <summary>Most messages a cursor should have to remember; reached at more than a hundred messages per second.</summary>
    private const int MaxShown = 1000;

    private static readonly long OverlapMicroseconds = Overlap.Ticks / TimeSpan.TicksPerMicrosecond;

    /// <param name="limit">Most messages to show.</param>
    /// <param name="show">Shows one more message; false: there is no room for it, and it comes with the next page.</param>
    public async Task<SubscriptionPage> ReadAsync(
        BackchannelClient bus, string channelId, SubscriptionCursor cursor, int limit, Func<Message, bool> show, CancellationToken cancellationToken)
    {
        // A message that was visible before this read began proves that everything older than the overlap is visible in it.
        var isOrdered = await bus.Connection.Additions.OfferAsync(Additions.OrderedCursors, cancellationToken);
        var overlap = isOrdered ? 0 : OverlapMicroseconds;
        var settled = cursor.Newest - overlap;
        if (cursor.Shown.Count > MaxShown && !isOrdered)
        {
            await SettleAsync(bus, channelId, cursor, cancellationToken);
            settled = cursor.Newest;
        }

        var pageSize = Math.Clamp(cursor.Shown.Count + limit, 1, Limits.MaxPageSize);
        var known = cursor.Shown.ToHashSet();
        List<Message> fresh = [];
        List<ShownMark> marks = [];
        var looked = 0;
        var stopped = false;
        var messages = MessagePages.ReadAsync(
            bus, channelId, cursor.ReadAfter, status: null, pageSize, wait: TimeSpan.Zero, cancellationToken);
        await foreach (var message in messages)
        {
            var mark = ShownMark.Of(message);
            if (++looked <= pageSize)
            {
                // One page is one look at the channel; later pages prove nothing about what the first one lacked.
                settled = Math.Max(settled ?? 0, mark.Time - overlap);
            }

            var isFresh = known.Add(mark);
            var isShown = isFresh && show(message);
            if (isShown)
            {
                fresh.Add(message);
                marks.Add(mark);
            }

            if (isFresh != isShown || fresh.Count == limit)
            {
                // Not read to the end: what is settled beyond this point was not looked at.
                settled = Math.Min(settled ?? 0, isOrdered && isShown ? mark.Time : mark.Time - 1);
                stopped = true;
                break;
            }
        }

        return new(fresh, cursor.Advance(settled, marks), stopped);
    }

    /// <summary>Waits until nothing can appear any more before the newest message that was shown.</summary>
    private async Task SettleAsync(
        BackchannelClient bus, string channelId, SubscriptionCursor cursor, CancellationToken cancellationToken)
    {
        var later = new MessageQuery { Cursor = ShownMark.ToText(cursor.Newest!.Value + OverlapMicroseconds), Limit = 1 };
        if ((await bus.ListMessagesAsync(channelId, later, cancellationToken)).Data is [])
        {
            await Task.Delay(Overlap, time, cancellationToken);
        }
    }
}
