using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>How many messages a channel takes and keeps.</summary>
internal static class ChannelLimits
{
    public static void RequireRoom(WriteContext context, ChannelRecord channel)
    {
        if (channel.MaxWritesPerMinute is { } limit
            && !context.Allowances.TryTake(context.Storage.Counts, channel.Number, limit, context.Now))
        {
            throw new ApiException(429, ErrorCodes.ChannelWriteRateExceeded, $"This channel takes {limit} messages per minute.")
            {
                Extras = [new("retry_after", PostAllowances.WindowSeconds)],
                RetryAfterSeconds = PostAllowances.WindowSeconds,
            };
        }
    }

    /// <summary>Deletes the oldest messages above the channel's maximum, for good.</summary>
    /// <remarks>One post deletes a few at most. After a patch to a much lower maximum, later posts and the maintenance delete the rest.</remarks>
    public static void DropOldest(WriteContext context, ChannelRecord channel)
    {
        const int MostAtOnce = 500;
        if (channel.MaxMessages is { } maximum)
        {
            context.Storage.Overflow.Delete(channel.Number, maximum, MostAtOnce, context.Now);
        }
    }
}
