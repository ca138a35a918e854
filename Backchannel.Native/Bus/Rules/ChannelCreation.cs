using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>Makes new channels.</summary>
internal sealed class ChannelCreation(BusOptions options)
{
    /// <summary>A channel with the settings of this instance, not yet stored.</summary>
    public ChannelRecord Draft(ApiKeyRecord key, string name, string mode, string access = ChannelAccess.Open) => new()
    {
        Id = "",
        OwnerId = key.OwnerId,
        CreatedByKeyId = key.KeyId,
        Name = name,
        Mode = mode,
        Access = access,
        Discoverable = access == ChannelAccess.Open && options.DefaultDiscoverable,
        Description = "",
        MetadataSchema = "{}",
        TtlSeconds = options.DefaultTtlSeconds,
        RetentionDays = options.DefaultRetentionDays,
        CreatedAt = 0,
        UpdatedAt = 0,
    };

    /// <summary>Stores a channel whose creator is its first member.</summary>
    public static ChannelRecord Store(WriteContext context, ChannelRecord draft)
    {
        var createdAt = context.NextUniqueTime();
        var channel = context.Storage.Channels.Add(draft with { Id = BusId.New(createdAt), CreatedAt = createdAt, UpdatedAt = createdAt });
        context.Storage.Members.Add(channel.Number, channel.CreatedByKeyId, null, createdAt);
        if (ResultChannel.TaskOf(channel.Name) is null)
        {
            // Nobody can wait for it yet; people who look on are shown it.
            context.Changed(Change.OfRules(channel.Number));
        }

        return channel;
    }
}
