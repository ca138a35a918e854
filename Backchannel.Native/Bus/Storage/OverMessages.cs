using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Finds messages of a channel whose time is over.</summary>
/// <remarks>
/// A message lives for its channel's time: from <c>posted_at</c> where it has one, which is earlier than <c>created_at</c>, and from <c>created_at</c>
/// otherwise. So the order of creation is the order of ends, except for the few that were posted while the clock was wrong.
/// </remarks>
internal static class OverMessages
{
    /// <summary>Those of channel <c>?1</c> that were created by <c>?2</c>, which <see cref="Bound"/> gives.</summary>
    public const string ByCreation = "channel = ?1 AND created_at <= ?2";

    /// <summary>Those that were created later and posted by then.</summary>
    public const string ByPost = "channel = ?1 AND posted_at <= ?2 AND created_at > ?2";

    /// <summary>Up to when a message was posted that is over now.</summary>
    /// <returns>Null: there is no such channel.</returns>
    public static long? Bound(ISqlConnection connection, long channel, long now)
    {
        using var query = connection.Prepare("SELECT ttl_seconds FROM channels WHERE number = ?");
        return query.Bind(channel).Step() ? now - (query.Integer(0) * Instant.PerSecond) : null;
    }
}
