using System.Text.Json;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>Stored rows as clients see them.</summary>
internal static class WireViews
{
    public static Channel ToWire(this ChannelRecord channel, StorageSession storage) => new()
    {
        Id = channel.Id,
        OwnerId = channel.OwnerId,
        CreatedByKeyId = channel.CreatedByKeyId,
        Name = channel.Name,
        Mode = channel.Mode,
        Access = channel.Access,
        Discoverable = channel.Discoverable,
        Description = channel.Description,
        MetadataSchema = StoredJson.ToElement(channel.MetadataSchema),
        PinnedMessage = channel.PinnedMessage,
        TtlSeconds = channel.TtlSeconds,
        RetentionDays = channel.RetentionDays,
        MaxMessages = channel.MaxMessages,
        MaxWritesPerMinute = channel.MaxWritesPerMinute,
        Paused = channel.Paused,
        Aliases = storage.Channels.Aliases(channel.Number),
        RelatedChannels = storage.Channels.Related(channel.Number),
        CreatedAt = Instant.ToText(channel.CreatedAt),
        UpdatedAt = Instant.ToText(channel.UpdatedAt),
    };

    public static Message ToWire(this MessageRecord message, StorageSession storage, string channelId, long now)
    {
        var view = Plain(message, storage, channelId, now);
        return (message.Named & ~(PostOptions.Task | PostOptions.Traced)) == PostOptions.None ? view : WithOptions(view, message, storage);
    }

    private static Message Plain(MessageRecord message, StorageSession storage, string channelId, long now) => new()
    {
        Id = message.Id,
        ChannelId = channelId,
        Actor = message.Actor,
        ActorLabel = message.ActorLabel,
        Content = message.Content,
        Metadata = StoredJson.ToElement(message.Metadata),
        CreatedAt = Instant.ToText(message.CreatedAt),
        ExpiresAt = Instant.ToText(message.ExpiresAt),
        ClaimedBy = message.Holder,
        ClaimedByKeyId = message.ClaimedByKeyId,
        ClaimedAt = Instant.ToText(message.ClaimedAt),
        Mentions = message.Mentions is { } mentions
            ? JsonSerializer.Deserialize(mentions, WireJsonContext.Default.IReadOnlyListActorReference) ?? []
            : [],
        AcknowledgedBy = message.Acked ? message.Acks ?? storage.Acks.List(message.CreatedAt) : [],
        Active = !message.IsExpired(now),
        ReplyTo = message.ReplyTo,
        Thread = message.Thread,
    };

    /// <summary>The <c>traceparent</c> that the post came with, for its claimer; null: none.</summary>
    public static string? TraceParent(this MessageRecord message, StorageSession storage) =>
        message.Named.HasFlag(PostOptions.Traced) ? storage.Traces.Find(message.CreatedAt) : null;

    private static Message WithOptions(Message view, MessageRecord message, StorageSession storage)
    {
        var task = storage.Tasks.Find(message.CreatedAt);
        return view with
        {
            Priority = message.Named.HasFlag(PostOptions.Priority) ? message.Priority : null,
            MaxAttempts = message.Named.HasFlag(PostOptions.MaxAttempts) ? task?.MaxAttempts : null,
            NotBefore = Instant.ToText(task?.NotBefore),
            DependsOn = message.Named.HasFlag(PostOptions.DependsOn)
                ? [.. storage.Dependencies.List(message.CreatedAt).Select(prerequisite => prerequisite.Id)]
                : null,
            Files = message.Files(storage),
        };
    }

    public static Actor ToWire(this ActorRecord actor, StorageSession storage) => new(
        actor.Id,
        actor.OwnerId,
        actor.CreatedByKeyId,
        actor.Name,
        actor.Description,
        StoredJson.ToElement(actor.Metadata),
        storage.Actors.Aliases(actor.Number),
        Instant.ToText(actor.CreatedAt),
        Instant.ToText(actor.UpdatedAt));
}
