using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>The channels that carry the results of tasks.</summary>
internal static class ResultChannelFinder
{
    /// <returns>Null when no result of this task was ever published.</returns>
    public static async Task<Channel?> FindAsync(
        BackchannelClient bus, string messageId, CancellationToken cancellationToken)
    {
        try
        {
            return await bus.GetChannelAsync(ResultChannel.NameFor(messageId), cancellationToken);
        }
        catch (BackchannelException exception) when (exception.Code == ErrorCodes.ChannelNotFound)
        {
            return null;
        }
    }

    public static IAsyncEnumerable<Message> ReadAsync(
        BackchannelClient bus, Channel channel, CancellationToken cancellationToken) =>
        MessagePages.ReadAsync(bus, channel.Id, after: null, status: null, Limits.DefaultPageSize, wait: TimeSpan.Zero, cancellationToken);

    /// <summary>The channel for a result, reachable for agents of every key.</summary>
    public static async Task<Channel> FindOrCreateAsync(
        BackchannelClient bus, string messageId, CancellationToken cancellationToken)
    {
        var name = ResultChannel.NameFor(messageId);
        var channel = await FindAsync(bus, messageId, cancellationToken)
            ?? await bus.CreateChannelAsync(new(name, ChannelMode.Broadcast, Discoverable: false), cancellationToken);
        if (channel.Aliases.Contains(name))
        {
            return channel;
        }

        try
        {
            return await bus.AddAliasAsync(channel.Id, name, cancellationToken);
        }
        catch (BackchannelException exception) when (exception.Code
            is ErrorCodes.AliasConflict or ErrorCodes.InternalServerError)
        {
            // Another process added the alias first; the reference bus answers 500 to the second. Results are looked for under the alias.
            if (await FindAsync(bus, messageId, cancellationToken) is { } other && other.Aliases.Contains(name))
            {
                return other;
            }

            throw;
        }
    }
}
