using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Bus.Rules;

/// <summary>Who may use a channel.</summary>
internal static class ChannelAccessRules
{
    /// <summary>For a request that has waited: its key was valid when it came, and may have been revoked since.</summary>
    public static void RequireValid(this StorageSession storage, ApiKeyRecord key)
    {
        if (storage.Keys.Find(key.KeyId) is { Active: false })
        {
            throw Refusal.Unauthorized("The API key was revoked.");
        }
    }

    /// <summary>Finds the channel of a path or body and checks that the key may use it.</summary>
    public static ChannelRecord RequireChannel(this StorageSession storage, ApiKeyRecord key, string reference)
    {
        var channel = storage.Channels.Find(reference, key.OwnerId) ?? throw Refusal.ChannelNotFound();
        storage.RequireAccess(key, channel);
        return channel;
    }

    public static void RequireAccess(this StorageSession storage, ApiKeyRecord key, ChannelRecord channel)
    {
        if (!storage.MayUse(key, channel))
        {
            throw Refusal.ChannelAccessDenied();
        }
    }

    public static bool MayUse(this StorageSession storage, ApiKeyRecord key, ChannelRecord channel) =>
        channel.IsOpen || channel.CreatedByKeyId == key.KeyId || storage.Members.Contains(channel.Number, key.KeyId);

    /// <summary>Like <see cref="RequireChannel"/>, for what only the creating key may do.</summary>
    public static ChannelRecord RequireOwnChannel(this StorageSession storage, ApiKeyRecord key, string reference)
    {
        var channel = storage.RequireChannel(key, reference);
        return channel.CreatedByKeyId == key.KeyId ? channel : throw Refusal.CreatorOnly();
    }
}
