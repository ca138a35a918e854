namespace Backchannel.Native.Bus.Storage;

/// <summary>Lower bounds of the posts that channels still allow this minute, so that not every post has to count.</summary>
/// <remarks>
/// A bound stays true only while this writer alone posts and time goes forward: then messages only leave the minute that is counted. Whatever
/// breaks that makes the bounds forgotten; the next post of each channel counts again.
/// </remarks>
internal sealed class PostAllowances
{
    public const int WindowSeconds = 60;

    private const long Window = WindowSeconds * Instant.PerSecond;

    private readonly Dictionary<long, Bound> bounds = [];
    private long since;

    /// <summary>Takes one of the posts that a channel allows in a minute.</summary>
    /// <returns>False when the channel got as many in the last minute as it may.</returns>
    public bool TryTake(CountStore counts, long channel, int limit, long now)
    {
        // Also bounds the memory: channels that are quiet or gone are dropped.
        if (now < since || now - since >= Window)
        {
            Forget();
            since = now;
        }

        if (!bounds.TryGetValue(channel, out var known) || known.Limit != limit || known.Free <= 0)
        {
            bounds[channel] = known = new(limit) { Free = limit - counts.PostedAfter(channel, now - Window, now, limit) };
        }

        return known.Free-- > 0;
    }

    /// <summary>The same bounds, to be used up without consequence.</summary>
    public PostAllowances Copy()
    {
        var copy = new PostAllowances { since = since };
        foreach (var (channel, bound) in bounds)
        {
            copy.bounds[channel] = new(bound.Limit) { Free = bound.Free };
        }

        return copy;
    }

    /// <summary>Call it after a transaction was undone, or when another process may have written since.</summary>
    public void Forget() => bounds.Clear();

    private sealed class Bound(int limit)
    {
        public int Limit => limit;

        public int Free { get; set; }
    }
}
