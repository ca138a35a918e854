using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Bounds of the time between creation and end over all messages that a channel ever had, in microseconds.</summary>
/// <remarks>
/// Listings go by creation, and each message has an end of its own. A message that is not over was created after <c>now - Longest</c>; one that is
/// over was created by <c>now - Shortest</c>. Both mostly equal the channel's time to live.
/// </remarks>
internal readonly record struct Lives(long Longest, long Shortest)
{
    public static Lives Of(ISqlConnection connection, long channel)
    {
        using var query = connection.Prepare("SELECT longest_life, shortest_life FROM channel_counts WHERE channel = ?");
        return query.Bind(channel).Step() ? new Lives(query.Integer(0), query.Integer(1)) : default;
    }
}
