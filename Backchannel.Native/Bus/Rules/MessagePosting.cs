using System.Text.Json;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Telemetry;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>What a poster sends, checked as far as possible before the channel is known.</summary>
/// <param name="Actor">Id or alias of the posting actor.</param>
/// <param name="Mentions">Ids or aliases; null: not given.</param>
internal sealed record MessagePosting(string Content, string? Metadata, string? ActorLabel, JsonElement? Actor, JsonElement? Mentions)
{
    /// <summary>The files that it names; null for none.</summary>
    public FileReferences? Files { get; init; }

    /// <summary>The trace that the post is part of; kept with a task, so that its claimer continues it. Null: none.</summary>
    public TraceContext? Trace { get; init; }

    private const int PausedRetrySeconds = 30;

    private const string NoSchema = "{}";

    /// <summary>The schema that the metadata was checked against, and the refusal; null where it fits.</summary>
    private (string Schema, ApiException? Refusal)? verdict;

    /// <param name="withActor">Whether the endpoint takes an actor and mentions. Endpoints that do not answer a missing content as a blank one.</param>
    public static MessagePosting Read(JsonFields fields, int maxContentBytes, bool withActor)
    {
        var content = withActor || fields.Has("content")
            ? ReadContent(fields, "content", maxContentBytes)
            : throw new ApiException(422, ErrorCodes.InvalidString, "'content' has to be a string that is not blank.");
        return new MessagePosting(
            content,
            fields.Metadata(),
            fields.OptionalName("actor_label"),
            withActor && fields.TryGet("actor", out var actor) && actor.ValueKind != JsonValueKind.Null ? actor : null,
            withActor && fields.TryGet("mentions", out var mentions) && mentions.ValueKind != JsonValueKind.Null ? mentions : null);
    }

    /// <summary>The result that comes with an ack; null where it brings none.</summary>
    /// <param name="metadata">The metadata of the ack, which the result gets too.</param>
    public static MessagePosting? ReadResult(JsonFields fields, int maxContentBytes, string? metadata) =>
        fields.Has("result") && !fields.IsNull("result")
            ? new MessagePosting(ReadContent(fields, "result", maxContentBytes), metadata, null, null, null)
            : null;

    /// <summary>A required string that fits into a message.</summary>
    public static string ReadContent(JsonFields fields, string name, int maxContentBytes) =>
        JsonFields.Bounded(name, fields.RequiredString(name), maxContentBytes);

    /// <summary>Posts to a channel that the key may use.</summary>
    /// <param name="options">Of a task; null: none.</param>
    public MessageRecord Post(WriteContext context, ApiKeyRecord key, ChannelRecord channel, TaskOptions? options = null)
    {
        var storage = context.Storage;
        if (channel.Paused)
        {
            throw new ApiException(503, ErrorCodes.ChannelPaused, "This channel is paused: nothing can be posted until it is resumed.")
            {
                Extras = [new("retry_after", PausedRetrySeconds)],
            };
        }

        ChannelLimits.RequireRoom(context, channel);
        RequireFit(channel.MetadataSchema);
        var task = options is null ? null : TaskPosting.Prepare(context, key, channel, options);
        var stored = Store(context, channel, key, FindActor(storage, key), null, FindMentions(storage, channel), task, Files?.Require(context, key));
        ChannelLimits.DropOldest(context, channel);
        return stored;
    }

    /// <summary>Posts the result of a worker's ack. No pause, limit or schema of the channel refuses it.</summary>
    public MessageRecord PostResult(WriteContext context, ApiKeyRecord key, ChannelRecord channel, ActorRecord sender) =>
        Store(context, channel, key, sender, sender.Name, [], task: null, Files?.Require(context, key));

    private MessageRecord Store(
        WriteContext context,
        ChannelRecord channel,
        ApiKeyRecord key,
        ActorRecord? actor,
        string? senderName,
        List<ActorRecord> mentioned,
        TaskPosting? task,
        NamedFiles? files)
    {
        var message = new NewMessage(Content, Metadata, ActorLabel ?? senderName, actor, ToJson(mentioned)) { KeyId = key.KeyId };
        message = task?.Apply(message) ?? message;
        message = files is null ? message : message with { Named = message.Named | PostOptions.Files };
        var trace = channel.IsClaimable ? Trace : null;
        message = trace is null ? message : message with { Named = message.Named | PostOptions.Traced };
        var stored = context.Storage.Messages.Add(channel, message, context.NextMoment());
        task?.Add(context, stored);
        files?.Attach(context, stored);
        if (trace is not null)
        {
            context.Storage.Traces.Add(stored.CreatedAt, trace.ToString());
        }

        WebhookEvents.Posted(context, channel, stored, mentioned);
        context.Changed(Change.OfChannel(channel.Number));
        context.Posted(channel.Number);
        if (channel.IsClaimable && stored.State == StoredState.Normal)
        {
            context.TaskOpened(channel.Number);
        }

        return stored;
    }

    // Any member of the channel can write a schema that takes long to check, so the check runs outside of the writer.
    private void RequireFit(string schema)
    {
        if (schema == NoSchema)
        {
            return;
        }

        if (verdict is not { } known || known.Schema != schema)
        {
            throw new OutsideWriterException(timeProvider => verdict = (schema, MetadataSchema.Check(schema, Metadata, timeProvider)));
        }

        if (known.Refusal is { } refusal)
        {
            throw refusal;
        }
    }

    private ActorRecord? FindActor(StorageSession storage, ApiKeyRecord key)
    {
        if (Actor is not { } reference)
        {
            return null;
        }

        var actor = storage.Actors.Find(JsonFields.NonBlank("actor", reference)) ?? throw Refusal.ActorNotFound();
        return actor.OwnerId == key.OwnerId ? actor : throw Refusal.ActorForbidden();
    }

    /// <summary>The mentioned actors that exist; on a restricted channel, only those whose key is a member.</summary>
    private List<ActorRecord> FindMentions(StorageSession storage, ChannelRecord channel)
    {
        if (Mentions is not { } list)
        {
            return [];
        }

        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > Limits.MaxReferences)
        {
            throw new ApiException(422, ErrorCodes.InvalidMentions, $"'mentions' has to be a list of at most {Limits.MaxReferences} actor ids or aliases.");
        }

        var mentioned = new List<ActorRecord>();
        foreach (var item in list.EnumerateArray().Where(item => item.ValueKind != JsonValueKind.Null))
        {
            if (storage.Actors.Find(JsonFields.NonBlank("mentions", item)) is { } actor
                && mentioned.TrueForAll(other => other.Id != actor.Id)
                && (channel.IsOpen || channel.CreatedByKeyId == actor.CreatedByKeyId || storage.Members.Contains(channel.Number, actor.CreatedByKeyId)))
            {
                mentioned.Add(actor);
            }
        }

        return mentioned;
    }

    private static string? ToJson(List<ActorRecord> mentioned) => mentioned.Count == 0
        ? null
        : JsonSerializer.Serialize([.. mentioned.Select(actor => new ActorReference(actor.Id, actor.Name))], WireJsonContext.Default.IReadOnlyListActorReference);
}
