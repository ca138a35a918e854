using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Backchannel.Native.Tests.Bus.Model;

/// <content>Messages and their history.</content>
internal sealed partial class BusModel
{
    private const int MaxContentBytes = 10_000;

    private Expected PostMessage(ModelCall call, string reference)
    {
        var draft = ReadDraft(call, call.Required("content"));
        var channel = Accessible(call.Key, reference);
        RequireRoom(channel);
        RequireSchema(channel, draft.Metadata);
        draft = WithActors(call, channel, draft);
        return new(201, answer =>
        {
            var message = Store(call.Key, channel, draft, answer.GetProperty("message"));
            return new JsonObject { ["message"] = View(channel, message), ["next_cursor"] = Text(message.CreatedAt) };
        });
    }

    private Draft WithActors(ModelCall call, ModelChannel channel, Draft draft)
    {
        var actor = call.Optional("actor") is { } given ? FindActor(given) ?? throw new ModelRefusal(404, "actor_not_found") : null;
        if (actor is not null && actor.Owner != call.Key.Label)
        {
            throw new ModelRefusal(403, "actor_forbidden");
        }

        var mentions = (call.Body["mentions"]?.AsArray() ?? [])
            .Where(item => item is not null)
            .Select(item => FindActor(ModelCall.NonBlank(item)))
            .OfType<ModelActor>()
            .Distinct()
            .Where(other => channel.Access == "open" || other.KeyId == channel.Creator.Id || channel.IsMember(other.KeyId))
            .ToList();
        return draft with { Actor = actor, Mentions = mentions };
    }

    private static Draft ReadDraft(ModelCall call, string content)
    {
        if (Encoding.UTF8.GetByteCount(content) is > MaxContentBytes and var bytes)
        {
            throw new ModelRefusal(422, "content_too_large", new JsonObject { ["max_content_bytes"] = MaxContentBytes, ["received_bytes"] = bytes });
        }

        return new Draft(content, call.Object("metadata") ?? [], call.Optional("actor_label"), null, []);
    }

    private void RequireRoom(ModelChannel channel)
    {
        if (channel.Paused)
        {
            throw new ModelRefusal(503, "channel_paused", new JsonObject { ["retry_after"] = 30 });
        }

        if (channel.MaxWrites is { } most && channel.Messages.Count(message => message.CreatedAt.AddSeconds(60) > Now) >= most)
        {
            throw new ModelRefusal(429, "channel_write_rate_exceeded", new JsonObject { ["retry_after"] = 60 });
        }
    }

    /// <summary>Only <c>required</c> and <c>additionalProperties: false</c> are generated; each has tests of its own.</summary>
    private static void RequireSchema(ModelChannel channel, JsonObject metadata)
    {
        var missing = channel.Schema["required"] is JsonArray names
            ? names.Select(name => name!.GetValue<string>()).Where(name => !metadata.ContainsKey(name)).ToList()
            : [];
        if (missing.Count > 0)
        {
            var violations = missing.Select(name => new JsonObject { ["field"] = $"metadata.{name}", ["issue"] = Expected.Any });
            throw new ModelRefusal(422, "metadata_validation_failed", new JsonObject { ["violations"] = new JsonArray([.. violations]) });
        }
    }

    private ModelMessage Store(ModelKey key, ModelChannel channel, Draft draft, JsonElement shown, ModelTask? task = null)
    {
        var message = new ModelMessage
        {
            Id = NewId(shown),
            Actor = draft.Actor,
            Label = draft.Label,
            Content = draft.Content,
            Metadata = draft.Metadata,
            Mentions = draft.Mentions,
            CreatedAt = NewTime(shown),
            ExpiresAt = Real(lastCreated).AddSeconds(channel.Ttl),
            Task = task ?? new() { PosterKeyId = key.Id },
        };
        channel.Messages.Add(message);
        if (channel.MaxMessages is { } most)
        {
            var living = channel.Messages.Where(other => !IsExpired(other)).ToList();
            living.SkipLast(most).ToList().ForEach(other => Remove(channel, other));
        }

        return message;
    }

    private Expected ListMessages(ModelCall call, string reference)
    {
        var limit = call.Limit;
        var status = call.Query["status"];
        if (status is not (null or "unclaimed" or "claimed"))
        {
            throw new ModelRefusal(422, "invalid_status");
        }

        var channel = Accessible(call.Key, reference);
        var bound = Time(call.Query["expiring_before"]);
        return Expected.Of(200, Page(
            channel,
            message => (status is null || (status == "claimed" ? message.Claim is not null : Phase(message) == "open"))
                && (bound is null || message.ExpiresAt < bound),
            call.Query["cursor"] is { Length: > 0 } cursor ? cursor : call.Query["since"],
            limit));
    }

    private JsonObject Page(ModelChannel channel, Func<ModelMessage, bool> fits, string? cursor, int limit)
    {
        var page = channel.Messages
            .Where(message => !IsExpired(message) && fits(message) && (Time(cursor) is not { } after || message.CreatedAt > after))
            .Take(limit)
            .ToList();
        return new JsonObject
        {
            ["data"] = new JsonArray([.. page.Select(message => View(channel, message))]),
            ["limit"] = limit,
            ["next_cursor"] = page.Count > 0 ? Text(page[^1].CreatedAt) : string.IsNullOrEmpty(cursor) ? null : cursor,
        };
    }

    private Expected ListHistory(ModelCall call, string reference)
    {
        var limit = call.Limit;
        var channel = Accessible(call.Key, reference);
        var page = channel.Archive
            .Concat(channel.Messages.Where(IsExpired).Select(message => new ModelArchived(message, message.ExpiresAt, Retracted: false)))
            .Where(archived => Time(call.Query["cursor"]) is not { } before || archived.Message.CreatedAt < before)
            .OrderByDescending(archived => archived.Message.CreatedAt)
            .Take(limit)
            .ToList();
        return Expected.Of(200, new JsonObject
        {
            ["data"] = new JsonArray(
            [
                .. page.Select(archived => View(channel, archived)),
            ]),
            ["limit"] = limit,
            ["next_cursor"] = page.Count > 0 ? Text(page[^1].Message.CreatedAt) : null,
        });
    }

    private static JsonObject View(ModelChannel channel, ModelArchived archived)
    {
        var view = new JsonObject
        {
            ["id"] = archived.Message.Id,
            ["channel_id"] = channel.Id,
            ["actor"] = Reference(archived.Message.Actor),
            ["actor_label"] = archived.Message.Label,
            ["content"] = archived.Message.Content,
            ["metadata"] = archived.Message.Metadata.DeepClone(),
            ["created_at"] = Text(archived.Message.CreatedAt),
            ["expires_at"] = Text(archived.Message.ExpiresAt),
            ["claimed_by"] = Reference(archived.Message.Claim?.Actor),
            ["claimed_at"] = archived.Message.Claim is { } claim ? Text(claim.At) : null,
            ["archived_at"] = Text(archived.At),
            ["active"] = false,
        };
        if (archived.Message.Acks.Count > 0 && channel.Mode == "claimable")
        {
            view["task_state"] = "acknowledged";
        }
        else if (archived.Message.Task.State != ModelState.Normal)
        {
            view["task_state"] = Word(archived.Message);
        }

        return view;
    }

    private Expected ShowMessage(ModelKey key, string id)
    {
        var (channel, message) = Living(key, id, claimable: false, tellsEnd: true);
        return Expected.Of(200, State(channel, message));
    }

    private JsonObject State(ModelChannel channel, ModelMessage message)
    {
        var state = new JsonObject
        {
            ["message"] = View(channel, message),
            ["acks"] = new JsonArray(
            [
                .. message.Acks.Select(ack => new JsonObject
                {
                    ["id"] = ack.Actor.Id, ["name"] = ack.Actor.Name, ["occurred_at"] = Text(ack.At), ["metadata"] = ack.Metadata.DeepClone(),
                }),
            ]),
            ["deliveries"] = message.Deliveries,
            ["version"] = message.Version,
        };
        if (channel.Mode == "claimable")
        {
            state["task"] = TaskView(channel, message);
        }

        return state;
    }

    private Expected Retract(ModelKey key, string id)
    {
        var (channel, message) = Stored(id) ?? throw new ModelRefusal(404, "message_not_found");
        RequireAccess(key, channel);
        if (message.Claim is not null)
        {
            throw new ModelRefusal(409, "message_claimed");
        }

        return new(200, _ =>
        {
            Remove(channel, message);
            channel.Archive.Add(new ModelArchived(message, Now, Retracted: true));
            FailDependents();
            return new JsonObject { ["status"] = "retracted" };
        });
    }

    private (ModelChannel Channel, ModelMessage Message)? Stored(string id)
    {
        foreach (var channel in channels)
        {
            if (channel.Messages.Find(message => message.Id == id) is { } message)
            {
                return (channel, message);
            }
        }

        return null;
    }

    /// <summary>A message that is not over: gone while the history has it as expired, unknown otherwise.</summary>
    private (ModelChannel Channel, ModelMessage Message) Living(ModelKey key, string id, bool claimable, bool tellsEnd = false)
    {
        if (Stored(id) is not { } stored)
        {
            throw channels.Find(other => other.Archive.Exists(archived => archived.Message.Id == id && !archived.Retracted)) is { } past
                ? Over(key, past, past.Archive.Find(archived => archived.Message.Id == id)!.Message, tellsEnd)
                : new ModelRefusal(404, "message_not_found");
        }

        if (IsExpired(stored.Message))
        {
            throw Over(key, stored.Channel, stored.Message, tellsEnd);
        }

        if (claimable && stored.Channel.Mode != "claimable")
        {
            throw new ModelRefusal(409, "channel_not_claimable");
        }

        RequireAccess(key, stored.Channel);
        return stored;
    }

    /// <summary>Its time is over. Who reads it, and may, is told what it ended as.</summary>
    private static ModelRefusal Over(ModelKey key, ModelChannel channel, ModelMessage message, bool tellsEnd)
    {
        var refusal = new ModelRefusal(410, "message_expired");
        if (!tellsEnd || channel.Mode != "claimable" || (channel.Access == "restricted" && channel.Creator != key && !channel.IsMember(key.Id)))
        {
            return refusal;
        }

        var task = message.Task;
        var (state, at, by, reason) = message.Acks.Count > 0 ? ("acknowledged", message.Acks[0].At, message.Acks[0].Actor.Name, null)
            : task.State is ModelState.Failed or ModelState.Cancelled ? (Word(message), task.EndedAt, task.EndedBy?.Name, task.Reason)
            : ("expired", (DateTimeOffset?)null, null, null);
        refusal = refusal.With("task_state", state);
        refusal = at is { } time ? refusal.With("ended_at", Text(time)) : refusal;
        refusal = by is null ? refusal : refusal.With("ended_by", by);
        return reason is null ? refusal : refusal.With("reason", reason);
    }

    private bool IsExpired(ModelMessage message) => message.ExpiresAt <= Now;

    private JsonObject View(ModelChannel channel, ModelMessage message)
    {
        var view = PlainView(channel, message);
        if (message.Task.NamesPriority)
        {
            view["priority"] = message.Task.Priority;
        }

        if (message.Task.MaxAttempts is { } most)
        {
            view["max_attempts"] = most;
        }

        if (message.Task.NotBefore is { } time)
        {
            view["not_before"] = Text(time);
        }

        if (message.Task.Prerequisites.Count > 0)
        {
            view["depends_on"] = Strings(message.Task.Prerequisites.Select(prerequisite => prerequisite.Message.Id));
        }

        return view;
    }

    private JsonObject PlainView(ModelChannel channel, ModelMessage message) => new()
    {
        ["id"] = message.Id,
        ["channel_id"] = channel.Id,
        ["actor"] = Reference(message.Actor),
        ["actor_label"] = message.Label,
        ["content"] = message.Content,
        ["metadata"] = message.Metadata.DeepClone(),
        ["created_at"] = Text(message.CreatedAt),
        ["expires_at"] = Text(message.ExpiresAt),
        ["claimed_by"] = Reference(message.Claim?.Actor),
        ["claimed_by_key_id"] = message.Claim?.KeyId,
        ["claimed_at"] = message.Claim is { } claim ? Text(claim.At) : null,
        ["mentions"] = new JsonArray([.. message.Mentions.Select(Reference)]),
        ["acknowledged_by"] = new JsonArray(
        [
            .. message.Acks.Select(ack => new JsonObject { ["id"] = ack.Actor.Id, ["name"] = ack.Actor.Name, ["occurred_at"] = Text(ack.At) }),
        ]),
        ["active"] = !IsExpired(message),
    };

    private sealed record Draft(string Content, JsonObject Metadata, string? Label, ModelActor? Actor, List<ModelActor> Mentions);
}
