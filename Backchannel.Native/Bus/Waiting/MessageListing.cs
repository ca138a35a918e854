using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Waiting;

/// <summary>Reads a page of a channel's messages. If the caller asks for it, an empty page waits for a first message.</summary>
internal sealed class MessageListing(BusOptions options, BusDatabase database, Signals signals, TimeProvider timeProvider)
{
    /// <param name="cursor">The cursor as the caller sent it; an empty page returns it unchanged.</param>
    /// <param name="wait">How long to wait while the page is empty.</param>
    public async Task<Page<Message>> ReadAsync(
        ApiKeyRecord key,
        string channelReference,
        MessageFilter filter,
        string? cursor,
        TimeSpan wait,
        CancellationToken cancellationToken)
    {
        var (channel, page) = await database.ReadAsync(storage =>
        {
            var found = storage.RequireChannel(key, channelReference);
            return (found.Number, Page(storage, found, filter, cursor));
        });
        if (page.Data.Count > 0 || wait == TimeSpan.Zero || !options.LongPollEnabled)
        {
            return page;
        }

        return await WaitAsync(key, channel, filter, cursor, wait, page, cancellationToken);
    }

    private async Task<Page<Message>> WaitAsync(
        ApiKeyRecord key,
        long channelNumber,
        MessageFilter filter,
        string? cursor,
        TimeSpan wait,
        Page<Message> page,
        CancellationToken cancellationToken)
    {
        using var waiter = signals.Join(Change.OfChannel(channelNumber), key.KeyId);
        if (waiter is null)
        {
            return page;
        }

        using var deadline = new CancellationTokenSource(wait < options.LongPollMaxWait ? wait : options.LongPollMaxWait, timeProvider);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        while (true)
        {
            var next = waiter.Next;
            page = await database.ReadAsync(storage =>
            {
                storage.RequireValid(key);
                var channel = storage.Channels.FindByNumber(channelNumber) ?? throw Refusal.ChannelNotFound();
                storage.RequireAccess(key, channel);
                return Page(storage, channel, filter, cursor);
            });
            if (page.Data.Count > 0 || signals.IsClosed || ending.IsCancellationRequested)
            {
                cancellationToken.ThrowIfCancellationRequested();
                return page;
            }

            await next.WaitAsync(ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private Page<Message> Page(StorageSession storage, ChannelRecord channel, MessageFilter filter, string? cursor)
    {
        var now = Instant.Now(timeProvider);
        var messages = storage.Messages.List(channel, filter, now);
        return new Page<Message>(
            [.. messages.Select(message => message.ToWire(storage, channel.Id, now))],
            filter.Limit,
            messages.Count > 0 ? Instant.ToText(messages[^1].CreatedAt) : cursor is { Length: > 0 } ? Cursor.RepairOffset(cursor) : null);
    }
}
