using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage;

/// <summary>How many posts and acks a channel had in each minute.</summary>
internal sealed class MinuteStore(ISqlConnection connection)
{
    /// <summary>How long a minute is kept: a day, and an hour for those whose day is longer or whose clock is behind.</summary>
    public const long KeptMinutes = 25 * 60;

    public static long Of(long instant) => instant / (60 * Instant.PerSecond);

    public void Add(LaneMinute minute) =>
        connection.Prepare(
                """
                INSERT INTO minutes (channel, minute, posted, acked) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (channel, minute) DO UPDATE SET posted = minutes.posted + ?3, acked = minutes.acked + ?4
                """)
            .Bind(minute.Channel).Bind(minute.Minute).Bind(minute.Posted).Bind(minute.Acked).Run();

    /// <summary>The minutes of a channel in which something happened, from one on, the oldest first.</summary>
    public IReadOnlyList<LaneMinute> List(long channel, long from)
    {
        using var query = connection.Prepare("SELECT minute, posted, acked FROM minutes WHERE channel = ? AND minute >= ? ORDER BY minute");
        return query.Bind(channel).Bind(from).All(row => new LaneMinute(channel, row.Integer(0), row.Integer(1), row.Integer(2)));
    }

    /// <returns>How many were removed.</returns>
    public int DeleteOld(long now, int limit)
    {
        connection.Prepare("DELETE FROM minutes WHERE (channel, minute) IN (SELECT channel, minute FROM minutes WHERE minute < ? ORDER BY minute LIMIT ?)")
            .Bind(Of(now) - KeptMinutes).Bind(limit).Run();
        return connection.LastChanges;
    }
}

/// <param name="Minute">Minutes since 1970, UTC.</param>
internal sealed record LaneMinute(long Channel, long Minute, long Posted, long Acked);
