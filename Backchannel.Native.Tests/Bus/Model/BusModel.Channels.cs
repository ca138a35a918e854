using System.Text.Json;
using System.Text.Json.Nodes;

namespace Backchannel.Native.Tests.Bus.Model;

/// <content>Channels.</content>
internal sealed partial class BusModel
{
    private static readonly string[] Patchable =
    [
        "name", "mode", "access", "discoverable", "description", "metadata_schema", "pinned_message", "related_channels", "retention_days",
        "max_messages", "max_writes_per_minute", "paused",
    ];

    private Expected CreateChannel(ModelCall call)
    {
        var name = call.Required("name");
        var mode = call.Required("mode") is var given && given is "broadcast" or "claimable" ? given : throw new ModelRefusal(422, "invalid_mode");
        var access = call.Body["access"]?.GetValue<string>() ?? "open";
        var description = call.Optional("description") ?? "";
        var schema = call.Object("metadata_schema") ?? [];
        var pinned = call.Optional("pinned_message");
        var ttl = call.Integer("ttl_seconds", 300, 2_592_000) ?? 86_400;
        var retention = call.Integer("retention_days", 1, 365) ?? 7;
        var most = call.Integer("max_messages", 1, 1_000_000);
        var writes = call.Integer("max_writes_per_minute", 1, 1_000_000);
        var related = Related(call.Body) ?? [];
        return new(201, answer => View(AddChannel(answer, new ModelChannel
        {
            Id = NewId(answer),
            Creator = call.Key,
            Name = name,
            Mode = mode,
            Access = access,
            Discoverable = call.Body["discoverable"]?.GetValue<bool>() ?? access == "open",
            Description = description,
            Schema = schema,
            Pinned = pinned,
            Ttl = ttl,
            RetentionDays = retention,
            MaxMessages = most,
            MaxWrites = writes,
            Related = related,
            CreatedAt = NewTime(answer),
            UpdatedAt = lastCreated,
        })));
    }

    private ModelChannel AddChannel(JsonElement answer, ModelChannel channel)
    {
        channel.Members.Add(new ModelMember(channel.Creator.Id, channel.CreatedAt, null));
        channels.Add(channel);
        return channel;
    }

    private Expected Discover(ModelCall call)
    {
        var limit = Math.Clamp(int.TryParse(call.Query["limit"], out var asked) ? asked : 50, 1, 100);
        var page = Enumerable.Reverse(channels)
            .Where(channel => channel.Discoverable && (Time(call.Query["cursor"]) is not { } cursor || channel.CreatedAt < cursor))
            .Take(limit)
            .ToList();
        return Expected.Of(200, new JsonObject
        {
            ["data"] = new JsonArray(
            [
                .. page.Select(channel => new JsonObject
                {
                    ["id"] = channel.Id,
                    ["name"] = channel.Name,
                    ["mode"] = channel.Mode,
                    ["access"] = channel.Access,
                    ["description"] = channel.Description,
                    ["created_at"] = Text(channel.CreatedAt),
                    ["is_member"] = channel.Creator == call.Key || channel.IsMember(call.Key.Id),
                }),
            ]),
            ["limit"] = limit,
            ["next_cursor"] = page.Count == limit ? Text(page[^1].CreatedAt) : null,
        });
    }

    private Expected PatchChannel(ModelCall call, string reference)
    {
        var body = call.Body;
        var unknown = body.Select(member => member.Key).Except(Patchable).Order(StringComparer.Ordinal).ToList();
        if (unknown.Count > 0)
        {
            throw new ModelRefusal(422, "invalid_fields", new JsonObject { ["fields"] = Strings(unknown) });
        }

        var channel = Accessible(call.Key, reference);
        if (channel.Creator != call.Key && channel.Aliases.Any(alias => alias.StartsWith("result-of-", StringComparison.Ordinal)))
        {
            throw new ModelRefusal(403, "forbidden");
        }

        var name = body.ContainsKey("name") ? call.Required("name") : channel.Name;
        var retention = call.Integer("retention_days", 1, 365) ?? channel.RetentionDays;
        var most = call.Integer("max_messages", 1, 1_000_000);
        var writes = call.Integer("max_writes_per_minute", 1, 1_000_000);
        var schema = call.Object("metadata_schema") ?? [];
        var related = body.ContainsKey("related_channels") ? Related(body) ?? [] : channel.Related;
        return new(200, _ =>
        {
            channel.Name = name;
            channel.RetentionDays = retention;
            channel.Mode = body["mode"]?.GetValue<string>() ?? channel.Mode;
            channel.Access = body["access"]?.GetValue<string>() ?? channel.Access;
            channel.Discoverable = body["discoverable"]?.GetValue<bool>() ?? channel.Discoverable;
            channel.Paused = body["paused"]?.GetValue<bool>() ?? channel.Paused;
            channel.Description = body.ContainsKey("description") ? call.Optional("description") ?? "" : channel.Description;
            channel.Schema = body.ContainsKey("metadata_schema") ? schema : channel.Schema;
            channel.Pinned = body.ContainsKey("pinned_message") ? call.Optional("pinned_message") : channel.Pinned;
            channel.MaxMessages = body.ContainsKey("max_messages") ? most : channel.MaxMessages;
            channel.MaxWrites = body.ContainsKey("max_writes_per_minute") ? writes : channel.MaxWrites;
            channel.Related = [.. related.Where(other => other != channel)];
            channel.UpdatedAt = body.Any(member => member.Key != "related_channels") ? Now : channel.UpdatedAt;
            return View(channel);
        });
    }

    private Expected DeleteChannel(ModelKey key, string reference)
    {
        var channel = Own(key, reference);
        return new(204, _ =>
        {
            channels.Remove(channel);
            deleted.Add(channel);
            channels.ForEach(other => other.Related.Remove(channel));
            invitations.RemoveAll(invitation => invitation.Channel == channel);
            return null;
        });
    }

    private Expected AddChannelAlias(ModelCall call, string reference)
    {
        var alias = call.Required("alias");
        var channel = Accessible(call.Key, reference);
        if (channels.Exists(other => other.Aliases.Contains(alias)))
        {
            throw new ModelRefusal(409, "alias_conflict");
        }

        return new(201, _ =>
        {
            channel.Aliases.Add(alias);
            return View(channel);
        });
    }

    private Expected ChannelMetrics(ModelKey key, string reference)
    {
        var channel = Accessible(key, reference);
        var living = channel.Messages.Where(message => !IsExpired(message)).ToList();
        var spans = living.Where(message => message.Claim is not null)
            .SelectMany(message => message.Acks.Select(ack => (ack.At - message.Claim!.At).TotalMilliseconds))
            .ToList();
        var claimed = living.Count(message => message.Claim is not null);
        var metrics = new JsonObject
        {
            ["channel_id"] = channel.Id,
            ["message_counts"] = new JsonObject
            {
                ["total"] = living.Count,
                ["unclaimed"] = living.Count - claimed,
                ["claimed"] = claimed,
                ["acknowledged"] = living.Count(message => message.Acks.Count > 0),
            },
            ["avg_claim_to_ack_ms"] = spans.Count > 0 ? (long)spans.Average() : null,
            ["computed_at"] = Text(Now),
        };
        if (living.Exists(message => message.Task.State != ModelState.Normal))
        {
            metrics["task_counts"] = new JsonObject
            {
                ["waiting"] = Count(ModelState.Waiting), ["failed"] = Count(ModelState.Failed), ["cancelled"] = Count(ModelState.Cancelled),
            };
        }

        return Expected.Of(200, metrics);

        int Count(ModelState state) => living.Count(message => message.Task.State == state);
    }

    /// <summary>By id, by alias, by name among the owner's channels, the newest first; a stranger's alias does not hide an own channel.</summary>
    private ModelChannel? Find(ModelKey key, string reference)
    {
        var named = channels.FindLast(channel => channel.Creator.Label == key.Label && channel.Name == reference);
        return ByIdOrAlias(reference) is not { } found ? named
            : found.Id == reference || found.Creator.Label == key.Label || reference.StartsWith("result-of-", StringComparison.Ordinal) ? found
            : named ?? found;
    }

    private ModelChannel? ByIdOrAlias(string reference) =>
        channels.Find(channel => channel.Id == reference) ?? channels.Find(channel => channel.Aliases.Contains(reference));

    private ModelChannel Accessible(ModelKey key, string reference)
    {
        var channel = Find(key, reference) ?? throw new ModelRefusal(404, "channel_not_found");
        RequireAccess(key, channel);
        return channel;
    }

    private static void RequireAccess(ModelKey key, ModelChannel channel)
    {
        if (channel.Access == "restricted" && channel.Creator != key && !channel.IsMember(key.Id))
        {
            throw new ModelRefusal(403, "channel_access_denied");
        }
    }

    private ModelChannel Own(ModelKey key, string reference) =>
        Accessible(key, reference) is var channel && channel.Creator == key ? channel : throw new ModelRefusal(403, "forbidden");

    private List<ModelChannel>? Related(JsonObject body) => body["related_channels"] is JsonArray list
        ? [.. list.Select(item => ByIdOrAlias(item!.GetValue<string>()) ?? throw new ModelRefusal(404, "channel_not_found")).Distinct()]
        : null;

    private static JsonObject View(ModelChannel channel) => new()
    {
        ["id"] = channel.Id,
        ["owner_id"] = channel.Creator.Label,
        ["created_by_key_id"] = channel.Creator.Id,
        ["name"] = channel.Name,
        ["mode"] = channel.Mode,
        ["access"] = channel.Access,
        ["discoverable"] = channel.Discoverable,
        ["description"] = channel.Description,
        ["metadata_schema"] = channel.Schema.DeepClone(),
        ["pinned_message"] = channel.Pinned,
        ["ttl_seconds"] = channel.Ttl,
        ["retention_days"] = channel.RetentionDays,
        ["max_messages"] = channel.MaxMessages,
        ["max_writes_per_minute"] = channel.MaxWrites,
        ["paused"] = channel.Paused,
        ["aliases"] = Strings(channel.Aliases),
        ["related_channels"] = new JsonArray(
        [
            .. channel.Related.OrderBy(other => other.Name, StringComparer.Ordinal).ThenBy(other => other.CreatedAt)
                .Select(other => new JsonObject { ["id"] = other.Id, ["name"] = other.Name, ["mode"] = other.Mode }),
        ]),
        ["created_at"] = Text(channel.CreatedAt),
        ["updated_at"] = Text(channel.UpdatedAt),
    };

    private static DateTimeOffset? Time(string? cursor) => DateTimeOffset.TryParse(
        cursor, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var time)
        ? time
        : null;
}
