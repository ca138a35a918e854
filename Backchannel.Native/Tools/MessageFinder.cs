using System.Collections.Concurrent;
using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Reads one message, for which the contract has no endpoint.</summary>
/// <remarks>
/// A bus that offers one is asked. On any other this pages to the message once, remembers when it was created, and from then on
/// reads a page of one from just before that.
/// </remarks>
internal sealed class MessageFinder
{
    private const int MaxRemembered = 4096;

    private readonly ConcurrentDictionary<string, Place> seen = new();

    /// <summary>Saves the search for a message that has been seen anyway.</summary>
    public void Remember(Message message)
    {
        if (seen.Count >= MaxRemembered)
        {
            // A message that is forgotten is searched for again.
            seen.Clear();
        }

        seen[message.Id] = new(message.ChannelId, message.CreatedAt);
    }

    /// <summary>Which channel a message is on.</summary>
    /// <returns>Id of the channel; null: this process has not seen the message, and the bus cannot be asked for it.</returns>
    /// <exception cref="BackchannelException">The bus has no such message.</exception>
    public async Task<string?> FindChannelAsync(BackchannelClient bus, string messageId, CancellationToken cancellationToken)
    {
        if (seen.TryGetValue(messageId, out var known))
        {
            return known.ChannelId;
        }

        if (!await bus.Connection.Additions.OfferAsync(Additions.MessageRead, cancellationToken))
        {
            return null;
        }

        try
        {
            var state = await bus.GetMessageAsync(messageId, after: null, wait: TimeSpan.Zero, cancellationToken);
            Remember(state.Message);
            return state.Message.ChannelId;
        }
        catch (BackchannelException exception) when (exception.Status is 404 or 405 && exception.Code is not ErrorCodes.MessageNotFound)
        {
            bus.Connection.Additions.Forget();
            return null;
        }
    }

    /// <returns>Null when the channel has no such message, or no longer.</returns>
    public async Task<Message?> FindAsync(
        BackchannelClient bus, string channelId, string messageId, CancellationToken cancellationToken)
    {
        try
        {
            return (await FindNextAsync(bus, channelId, messageId, after: null, wait: TimeSpan.Zero, cancellationToken))?.Message;
        }
        catch (BackchannelException exception) when (exception.Code == ErrorCodes.MessageExpired)
        {
            return null;
        }
    }

    /// <summary>The message, once it has changed or the wait is over.</summary>
    /// <param name="after">The version that was seen; null: answered at once.</param>
    /// <param name="wait">A bus that cannot wait for one message answers at once.</param>
    /// <returns>Null when the channel has no such message, or no longer.</returns>
    /// <exception cref="BackchannelException">Also <see cref="ErrorCodes.MessageExpired"/>, where the bus tells a message whose time is over from an unknown one.</exception>
    public async Task<SeenMessage?> FindNextAsync(
        BackchannelClient bus, string channelId, string messageId, long? after, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (await bus.Connection.Additions.OfferAsync(Additions.MessageRead, cancellationToken))
        {
            try
            {
                var state = await bus.GetMessageAsync(messageId, after, wait, cancellationToken);
                return state.Message.ChannelId == channelId ? new(state.Message, state.Version, state.Deliveries, state.Task) : null;
            }
            catch (BackchannelException exception) when (exception.Code is ErrorCodes.MessageNotFound)
            {
                return null;
            }
            catch (BackchannelException exception) when (exception.Status is 404 or 405)
            {
                bus.Connection.Additions.Forget();
            }
        }

        return await FindListedAsync(bus, channelId, messageId, cancellationToken) is { } listed ? new(listed) : null;
    }

    private async Task<Message?> FindListedAsync(
        BackchannelClient bus, string channelId, string messageId, CancellationToken cancellationToken)
    {
        if (!seen.TryGetValue(messageId, out var known))
        {
            return await SearchAsync(bus, channelId, messageId, after: null, cancellationToken);
        }

        var before = Timestamp.JustBefore(known.CreatedAt);
        var query = new MessageQuery { Cursor = before, Limit = 1 };
        var page = await bus.ListMessagesAsync(channelId, query, cancellationToken);
        return page.Data switch
        {
            [] => null,
            [var only] when only.Id == messageId => only,
            // Another message of the same microsecond, or this one is gone.
            _ => await SearchAsync(bus, channelId, messageId, before, cancellationToken, until: known.CreatedAt),
        };
    }

    private async Task<Message?> SearchAsync(
        BackchannelClient bus,
        string channelId,
        string messageId,
        string? after,
        CancellationToken cancellationToken,
        string? until = null)
    {
        var messages = MessagePages.ReadAsync(bus, channelId, after, status: null, Limits.MaxPageSize, wait: TimeSpan.Zero, cancellationToken);
        await foreach (var message in messages)
        {
            if (message.Id == messageId)
            {
                Remember(message);
                return message;
            }

            if (until is not null && string.CompareOrdinal(message.CreatedAt, until) > 0)
            {
                return null;
            }
        }

        return null;
    }

    private sealed record Place(string ChannelId, string CreatedAt);
}
