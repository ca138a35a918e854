using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>The channels that a person with a key is shown.</summary>
/// <remarks>
/// Fewer than the key may use: whoever knows the id of an open channel may use it, but a list must not give away the channels of others.
/// </remarks>
internal static class VisibleLanes
{
    /// <summary>A number that stands for this set of channels, in whatever order. It holds in this process only.</summary>
    public static int Mark(IEnumerable<ChannelRecord> lanes) => lanes.Aggregate(0, static (mark, lane) => mark ^ HashCode.Combine(lane.Number));

    /// <summary>Those that the key has to do with first, so that nobody can push them out; then what everybody may see. Without channels of results.</summary>
    /// <returns>More: the key has to do with others beyond <see cref="Limits.MaxOwnLanes"/>.</returns>
    public static (IReadOnlyList<ChannelRecord> Lanes, bool More) Of(StorageSession storage, ApiKeyRecord key)
    {
        var own = Usable(storage.Lanes.OfKey(key.KeyId, key.OwnerId, Limits.MaxOwnLanes + 1)).ToList();
        if (own.Count > Limits.MaxOwnLanes)
        {
            return (own[..Limits.MaxOwnLanes], true);
        }

        var known = own.Select(static lane => lane.Number).ToHashSet();
        foreach (var lane in own.Count < Limits.MaxLanes ? Usable(storage.Lanes.ForAll(Limits.MaxLanes)) : [])
        {
            if (own.Count < Limits.MaxLanes && known.Add(lane.Number))
            {
                own.Add(lane);
            }
        }

        return (own, false);

        IEnumerable<ChannelRecord> Usable(IEnumerable<long> numbers) =>
            numbers.Select(storage.Channels.FindByNumber).OfType<ChannelRecord>().Where(channel => storage.MayUse(key, channel) && !ResultChannel.IsName(channel.Name));
    }
}
