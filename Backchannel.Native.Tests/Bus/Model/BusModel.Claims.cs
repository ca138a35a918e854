using System.Text.Json;
using System.Text.Json.Nodes;

namespace Backchannel.Native.Tests.Bus.Model;

/// <content>Claims, leases, releases, acks.</content>
internal sealed partial class BusModel
{
    private Expected Claim(ModelCall call, string id)
    {
        var (session, name, _) = (Session(call), call.Optional("actor"), call.Object("metadata"));
        var (channel, message) = Living(call.Key, id, claimable: true);
        RequireClaim(message, session.Named);
        var actor = Acting(call.Key, name);
        if (message.Claim is { } held && held.Actor == actor.Known)
        {
            Saw(session.Named);
            return Expected.Of(200, Outcome(message.Acks.Count > 0 ? "already_acknowledged" : "already_claimed", channel, message));
        }

        RequireFree(message);
        return Delivered(message, answer =>
        {
            Take(call.Key, message, actor.Make(), session, null, null, answer.GetProperty("message"));
            return Outcome("claimed", channel, message);
        });
    }

    private Expected ClaimWithLease(ModelCall call, string id)
    {
        var (session, name, _, seconds) = (Session(call), call.Optional("actor"), call.Object("metadata"), LeaseSeconds(call));
        var (channel, message) = Living(call.Key, id, claimable: true);
        RequireClaim(message, session.Named);
        var actor = Acting(call.Key, name);
        RequireFree(message);
        return Leased(call.Key, channel, message, actor, session, seconds);
    }

    private Expected Leased(
        ModelKey key,
        ModelChannel channel,
        ModelMessage message,
        (ModelActor? Known, Func<ModelActor> Make) actor,
        (string? Named, string? Kept) session,
        int seconds) =>
        Delivered(message, answer =>
        {
            var end = Now.AddSeconds(seconds);
            Take(key, message, actor.Make(), session, NewId(answer, "lease_token"), end, answer.GetProperty("message"));
            return new JsonObject { ["lease_token"] = message.Claim!.Token, ["expires_at"] = Text(end), ["message"] = View(channel, message) };
        });

    private Expected Release(ModelCall call, string id)
    {
        var (session, name, _) = (Session(call).Named, call.Optional("actor"), call.Object("metadata"));
        var (channel, message) = Living(call.Key, id, claimable: true);
        if (session is not null)
        {
            RequireUndone(message);
        }

        RequireEnding(call.Key, channel, message, session, name);
        var held = message.Claim ?? throw new ModelRefusal(409, "not_claimed");
        if (session is null && Acting(call.Key, name).Known != held.Actor)
        {
            throw new ModelRefusal(403, "forbidden");
        }

        return new(200, _ =>
        {
            message.Claim = null;
            message.Version++;
            return Outcome("released", channel, message);
        });
    }

    private Expected Acknowledge(ModelCall call, string id)
    {
        var (session, name, metadata) = (Session(call).Named, call.Optional("actor"), call.Object("metadata") ?? []);
        var (channel, message) = Living(call.Key, id, claimable: false);
        if (session is not null && message.Acks.Count > 0 && channel.Mode == "claimable")
        {
            if (metadata.Count > 0 && !JsonNode.DeepEquals(metadata, message.Acks[0].Metadata))
            {
                RequireUndone(message);
            }

            return Expected.Of(200, Outcome("already_acknowledged", channel, message));
        }

        RequireEnding(call.Key, channel, message, session, name);
        var actor = Acting(call.Key, name);
        return new(200, answer =>
        {
            var isNew = AddAck(message, actor.Make(), metadata, answer.GetProperty("message"));
            return Outcome(isNew ? "acknowledged" : "already_acknowledged", channel, message);
        });
    }

    private Expected Heartbeat(ModelCall call, string token)
    {
        var session = Session(call).Named;
        var seconds = LeaseSeconds(call);
        var message = channels.SelectMany(channel => channel.Messages).FirstOrDefault(message => message.Claim?.Token == token);
        if (message is not null && session is not null && message.Claim!.Session != session && IsProtected(message))
        {
            throw Held(message);
        }

        if (message is null || HasRunOut(message) || IsExpired(message))
        {
            throw new ModelRefusal(410, "lease_expired");
        }

        return new(200, _ =>
        {
            Saw(session);
            message.Claim = message.Claim! with { LeaseEnd = Now.AddSeconds(seconds) };
            return new JsonObject { ["lease_token"] = token, ["expires_at"] = Text(Now.AddSeconds(seconds)) };
        });
    }

    private static int LeaseSeconds(ModelCall call) => call.Body.ContainsKey("lease_seconds")
        ? call.Integer("lease_seconds", 30, 3600) ?? throw new ModelRefusal(422, "invalid_lease_seconds")
        : 300;

    private bool HasRunOut(ModelMessage message) => message.Claim?.LeaseEnd <= Now;

    /// <summary>Free, or under a lease that has run out without an ack of anybody.</summary>
    private void RequireFree(ModelMessage message)
    {
        if (message.Claim is not null && !(HasRunOut(message) && message.Acks.Count == 0))
        {
            throw new ModelRefusal(409, "already_claimed");
        }
    }

    private void Take(
        ModelKey key,
        ModelMessage message,
        ModelActor actor,
        (string? Named, string? Kept) session,
        string? token,
        DateTimeOffset? end,
        JsonElement shown)
    {
        Saw(session.Named);
        actor.Id ??= NewId(shown.GetProperty("claimed_by"));
        message.Claim = new ModelClaim(actor, key.Id, Now, token, end, session.Kept);
        message.Deliveries++;
        message.Version++;
    }

    private bool AddAck(ModelMessage message, ModelActor actor, JsonObject metadata, JsonElement shown)
    {
        if (message.Acks.Exists(ack => ack.Actor == actor))
        {
            return false;
        }

        var newest = shown.GetProperty("acknowledged_by").EnumerateArray().Last();
        actor.Id ??= NewId(newest);
        var earlier = message.Acks.Count > 0 ? message.Acks[^1].At : DateTimeOffset.MinValue;
        message.Acks.Add(new ModelAck(actor, NextTime(newest, "occurred_at", earlier, earlier), metadata));
        message.Version++;
        return true;
    }

    private static Expected Delivered(ModelMessage message, Func<JsonElement, JsonNode?> body) => new(200, body) { Deliveries = () => message.Deliveries };

    private JsonObject Outcome(string status, ModelChannel channel, ModelMessage message) =>
        new() { ["status"] = status, ["message"] = View(channel, message) };
}
