using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>The channels that a person with a key is shown.</summary>
/// <remarks>
/// Fewer than the key may use: whoever knows the id of an open channel may use it, but a list must not give away the channels of others.
/// </remarks>
internal static class VisibleLanes
{
    /// <summary>Those that the key has to do with first, so that nobody can push them out; then what everybody may see. Without channels of results.</summary>
    public static IReadOnlyList<ChannelRecord> Of(StorageSession storage, ApiKeyRecord key) =>
    [
        .. storage.Lanes.OfKey(key.KeyId, key.OwnerId, Limits.MaxLanes).Concat(storage.Lanes.ForAll(Limits.MaxLanes)).Distinct()
            .Select(storage.Channels.FindByNumber)
            .OfType<ChannelRecord>()
            .Where(channel => storage.MayUse(key, channel) && !ResultChannel.IsName(channel.Name))
            .Take(Limits.MaxLanes),
    ];
}
