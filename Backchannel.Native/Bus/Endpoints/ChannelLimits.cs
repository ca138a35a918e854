using Backchannel.Native.Bus.Http;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>How many messages a channel takes and keeps.</summary>
internal static class ChannelLimits
{
    private const int WindowSeconds = 60;

    public static void RequireRoom(WriteContext context, ChannelRecord channel)
    {
        if (channel.MaxWritesPerMinute is { } limit
            && context.Storage.Messages.CountSince(channel.Number, context.Now - (WindowSeconds * Instant.PerSecond), limit) >= limit)
        {
            throw new ApiException(429, ErrorCodes.ChannelWriteRateExceeded, $"This channel takes {limit} messages per minute.")
            {
                Extras = [new("retry_after", WindowSeconds)],
                RetryAfterSeconds = WindowSeconds,
            };
        }
    }

    /// <summary>Deletes what is above the channel's maximum, the oldest first, for good.</summary>
    public static void DropOldest(WriteContext context, ChannelRecord channel)
    {
        if (channel.MaxMessages is not { } limit)
        {
            return;
        }

        foreach (var message in context.Storage.Messages.Beyond(channel.Number, limit))
        {
            context.Storage.Messages.Delete(message);
        }
    }
}
