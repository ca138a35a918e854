using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>How many messages a channel takes and keeps.</summary>
internal static class ChannelLimits
{
    private const int WindowSeconds = 60;

    public static void RequireRoom(WriteContext context, ChannelRecord channel)
    {
        if (channel.MaxWritesPerMinute is { } limit
            && !context.Allowances.TryTake(context.Storage.Counts, channel.Number, limit, context.Now))
        {
            throw new ApiException(429, ErrorCodes.ChannelWriteRateExceeded, $"This channel takes {limit} messages per minute.")
            {
                Extras = [new("retry_after", WindowSeconds)],
                RetryAfterSeconds = WindowSeconds,
            };
        }
    }

    /// <summary>Deletes what is above the channel's maximum, the oldest first, for good.</summary>
    /// <remarks>After a patch to a much lower maximum the rest is left to the next posts and to the maintenance.</remarks>
    public static void DropOldest(WriteContext context, ChannelRecord channel)
    {
        const int MostAtOnce = 500;
        if (channel.MaxMessages is { } maximum)
        {
            context.Storage.Overflow.Delete(channel.Number, maximum, MostAtOnce, context.Now);
        }
    }
}
