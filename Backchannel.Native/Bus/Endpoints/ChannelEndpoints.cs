using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>Creating, finding, changing and deleting channels.</summary>
internal sealed class ChannelEndpoints(ChannelCreation channels)
{
    private static readonly string[] Patchable =
    [
        "name", "mode", "access", "discoverable", "description", "metadata_schema", "pinned_message", "related_channels", "retention_days",
        "max_messages", "max_writes_per_minute", "paused",
    ];

    public void AddTo(RouteTable routes)
    {
        routes.Add("POST", Routes.Channels, new WriteEndpoint(Create) { Scope = Scopes.ChannelsWrite });
        routes.Add("GET", Routes.Channels, new ReadEndpoint(Discover));
        routes.Add("GET", RouteTemplates.Channel, new ReadEndpoint(Show));
        routes.Add("PATCH", RouteTemplates.Channel, new WriteEndpoint(Patch));
        routes.Add("DELETE", RouteTemplates.Channel, new WriteEndpoint(Delete));
        routes.Add("POST", RouteTemplates.ChannelAliases, new WriteEndpoint(AddAlias));
    }

    private Func<WriteContext, Reply> Create(ApiRequest request)
    {
        var fields = request.Fields;
        var draft = channels.Draft(request.Key, ChannelFields.Name(fields), ChannelFields.Mode(fields), ChannelFields.Access(fields) ?? ChannelAccess.Open);
        draft = draft with
        {
            Discoverable = fields.IsNull("discoverable")
                ? draft.Discoverable
                : fields.OptionalBoolean("discoverable", ErrorCodes.InvalidDiscoverable) ?? draft.Discoverable,
            Description = fields.OptionalString("description") ?? "",
            MetadataSchema = fields.OptionalObject("metadata_schema") ?? "{}",
            PinnedMessage = fields.OptionalString("pinned_message"),
            WebhookUrl = fields.OptionalString("webhook_url"),
            WebhookSecret = fields.OptionalString("webhook_secret"),
            TtlSeconds = ChannelFields.TtlSeconds(fields) ?? draft.TtlSeconds,
            RetentionDays = ChannelFields.RetentionDays(fields) ?? draft.RetentionDays,
            MaxMessages = ChannelFields.MaxMessages(fields),
            MaxWritesPerMinute = ChannelFields.MaxWritesPerMinute(fields),
        };
        var related = ChannelFields.RelatedChannels(fields) ?? [];
        return context =>
        {
            var relatedNumbers = ChannelFields.Resolve(context.Storage, related);
            var channel = ChannelCreation.Store(context, draft);
            if (relatedNumbers.Count > 0)
            {
                context.Storage.Channels.ReplaceRelated(channel.Number, relatedNumbers);
            }

            return Reply(201, context.Storage, channel);
        };
    }

    private static Reply Discover(ApiRequest request, StorageSession storage)
    {
        var limit = int.TryParse(request.Query["limit"], out var asked) ? Math.Clamp(asked, 1, Limits.MaxPageSize) : Limits.DefaultPageSize;
        var cursor = request.Query["cursor"] is { Length: > 0 } ? request.Query.Time("cursor") : request.Query.Time("since");
        var channels = storage.Channels.Discoverable(cursor, limit);
        var page = new Page<ChannelSummary>(
            [.. channels.Select(channel => Summary(channel, storage, request.Key))],
            limit,
            channels.Count == limit ? Instant.ToText(channels[^1].CreatedAt) : null);
        return JsonBody.Reply(200, page, WireJsonContext.Default.ChannelPage);
    }

    private static ChannelSummary Summary(ChannelRecord channel, StorageSession storage, ApiKeyRecord key) => new(
        channel.Id,
        channel.Name,
        channel.Mode,
        channel.Access,
        channel.Description,
        Instant.ToText(channel.CreatedAt),
        channel.CreatedByKeyId == key.KeyId || storage.Members.Contains(channel.Number, key.KeyId));

    private static Reply Show(ApiRequest request, StorageSession storage) =>
        Reply(200, storage, storage.RequireChannel(request.Key, request.Route.First));

    private static Func<WriteContext, Reply> Patch(ApiRequest request)
    {
        var fields = request.Fields;
        return context =>
        {
            var unknown = fields.Root.EnumerateObject().Select(member => member.Name).Except(Patchable).Order(StringComparer.Ordinal).ToList();
            if (unknown.Count > 0)
            {
                throw new ApiException(422, ErrorCodes.InvalidFields, $"These members cannot be changed: {string.Join(", ", unknown)}.")
                {
                    Extras = [new("fields", unknown)],
                };
            }

            var channel = context.Storage.RequireChannel(request.Key, request.Route.First);
            if (channel.CreatedByKeyId != request.Key.KeyId && context.Storage.Channels.Aliases(channel.Number).Any(ResultChannel.IsName))
            {
                // Any key may change an open channel, but not one under whose alias the result of someone else's task is looked for.
                throw Refusal.CreatorOnly();
            }

            var changed = Patched(channel, fields);
            var related = ChannelFields.RelatedChannels(fields) is { } references ? ChannelFields.Resolve(context.Storage, references) : null;
            if (fields.Root.EnumerateObject().Any(member => member.Name != "related_channels"))
            {
                changed = changed with { UpdatedAt = context.Now };
                context.Storage.Channels.Update(changed);
                context.Changed(Change.OfRules(channel.Number));
            }

            if (related is not null || fields.Has("related_channels"))
            {
                context.Storage.Channels.ReplaceRelated(channel.Number, related ?? []);
            }

            return Reply(200, context.Storage, changed);
        };
    }

    private static ChannelRecord Patched(ChannelRecord channel, JsonFields fields) => channel with
    {
        Name = fields.Has("name") ? ChannelFields.Name(fields) : channel.Name,
        Mode = fields.Has("mode") ? ChannelFields.Mode(fields) : channel.Mode,
        Access = ChannelFields.Access(fields) ?? channel.Access,
        Discoverable = fields.OptionalBoolean("discoverable", ErrorCodes.InvalidDiscoverable) ?? channel.Discoverable,
        Description = fields.Has("description") ? fields.OptionalString("description") ?? "" : channel.Description,
        MetadataSchema = fields.Has("metadata_schema") ? fields.OptionalObject("metadata_schema") ?? "{}" : channel.MetadataSchema,
        PinnedMessage = fields.Has("pinned_message") ? fields.OptionalString("pinned_message") : channel.PinnedMessage,
        RetentionDays = ChannelFields.RetentionDays(fields) ?? channel.RetentionDays,
        MaxMessages = fields.Has("max_messages") ? ChannelFields.MaxMessages(fields) : channel.MaxMessages,
        MaxWritesPerMinute = fields.Has("max_writes_per_minute") ? ChannelFields.MaxWritesPerMinute(fields) : channel.MaxWritesPerMinute,
        Paused = fields.OptionalBoolean("paused", ErrorCodes.InvalidPaused) ?? channel.Paused,
    };

    private static Func<WriteContext, Reply> Delete(ApiRequest request) => context =>
    {
        var channel = context.Storage.RequireOwnChannel(request.Key, request.Route.First);
        context.Storage.Channels.Delete(channel.Number);
        context.Changed(Change.OfChannel(channel.Number));
        context.Changed(Change.DeletionOf(channel.Number));
        return Requests.Reply.NoContent;
    };

    private static Func<WriteContext, Reply> AddAlias(ApiRequest request)
    {
        var alias = request.Fields.RequiredName("alias");
        return context =>
        {
            var channel = context.Storage.RequireChannel(request.Key, request.Route.First);
            if (context.Storage.Channels.IsAliasTaken(alias))
            {
                throw Refusal.AliasConflict();
            }

            context.Storage.Channels.AddAlias(channel.Number, alias);
            return Reply(201, context.Storage, channel);
        };
    }

    private static Reply Reply(int status, StorageSession storage, ChannelRecord channel) =>
        JsonBody.Reply(status, channel.ToWire(storage), WireJsonContext.Default.Channel);
}
