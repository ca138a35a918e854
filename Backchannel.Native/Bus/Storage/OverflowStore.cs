using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Deletes what a channel holds above its maximum, for good.</summary>
/// <remarks>Lowering a maximum deletes nothing by itself, as on the reference server, so that it can be taken back. The next post does.</remarks>
internal sealed class OverflowStore(ISqlConnection connection, CountStore counts, MessageStore messages)
{
    /// <summary>Deletes the oldest messages above a maximum. Messages that are over do not count; they go to the archive.</summary>
    /// <param name="limit">The most that are deleted now. Where more are above, the channel is noted for <see cref="Channels"/>.</param>
    /// <returns>How many were deleted.</returns>
    public int Delete(long channel, int maximum, int limit, long now)
    {
        var above = counts.Living(channel, now).Total - maximum;
        connection.Prepare(above > limit
                ? "INSERT INTO crowded_channels (channel) VALUES (?) ON CONFLICT DO NOTHING"
                : "DELETE FROM crowded_channels WHERE channel = ?")
            .Bind(channel).Run();
        return above <= 0 ? 0 : messages.DeleteOldestLiving(channel, (int)Math.Min(above, limit), now);
    }

    /// <summary>Channels whose last post left more than their maximum.</summary>
    public IReadOnlyList<long> Channels()
    {
        using var query = connection.Prepare("SELECT channel FROM crowded_channels ORDER BY channel");
        return query.All(static row => row.Integer(0));
    }
}
