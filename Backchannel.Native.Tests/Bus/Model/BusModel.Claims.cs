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
            EndRunOut(message);
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
            if (message.Claim is not null && !HasRunOut(message) && Phase(message) == "claimed")
            {
                HandOver(message);
            }
            else
            {
                EndRunOut(message);
            }

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

        RequireUnended(message);
        RequireEnding(call.Key, channel, message, session, name);
        var held = message.Claim ?? throw new ModelRefusal(409, "not_claimed");
        if (session is null && Acting(call.Key, name).Known != held.Actor)
        {
            throw new ModelRefusal(403, "forbidden");
        }

        return new(200, _ =>
        {
            EndAttempt(message, OutcomeOfReturn(message, session));
            return Outcome("released", channel, message);
        });
    }

    private Expected Acknowledge(ModelCall call, string id)
    {
        var (session, name, metadata, token) = (Session(call).Named, call.Optional("actor"), call.Object("metadata") ?? [], call.Optional("lease_token"));
        var result = Result(call);
        var (channel, message) = Living(call.Key, id, claimable: false);
        var ending = Acknowledge(call.Key, channel, message, session, name, metadata, token, result);
        return new(200, answer =>
        {
            var (status, published) = ending(answer);
            var outcome = Outcome(status, channel, message);
            if (published is not null)
            {
                outcome["result_channel"] = published;
            }

            return outcome;
        });
    }

    /// <returns>What the ack does, given the bus's answer: its status, and the channel of the result.</returns>
    private Func<JsonElement, (string Status, string? ResultChannel)> Acknowledge(
        ModelKey key, ModelChannel channel, ModelMessage message, string? session, string? name, JsonObject metadata, string? token, string? result)
    {
        RequireUnended(message);

        // A session that names no actor speaks as the one that it claimed for.
        name ??= session is not null && message.Claim is { } claim && claim.Session == session && claim.KeyId == key.Id ? claim.Actor.Id : null;
        if (session is not null && message.Acks.Count > 0 && channel.Mode == "claimable")
        {
            var sender = RequireRepetition(key, message, name, metadata, result);
            return _ => ("already_acknowledged", result is null ? null
                : sender is null ? $"result-of-{message.Id}"
                : Publish(key, channel, message, sender, result, metadata, isFirst: true));
        }

        RequireLease(key, message, name, token);
        RequireEnding(key, channel, message, session, name);
        var actor = Acting(key, name);
        return answer =>
        {
            var acting = actor.Make();
            var isNew = AddAck(message, acting, metadata, answer.GetProperty("message"));
            var published = result is null ? null : Publish(key, channel, message, acting, result, metadata, isNew);
            return (isNew ? "acknowledged" : "already_acknowledged", published);
        };
    }

    /// <summary>A lease that was replaced or given back counts no more, unless its actor has acknowledged before.</summary>
    private void RequireLease(ModelKey key, ModelMessage message, string? name, string? token)
    {
        if (token is not null && token != message.Claim?.Token
            && (Acting(key, name).Known is not { } actor || !message.Acks.Exists(ack => ack.Actor == actor)))
        {
            throw new ModelRefusal(410, "lease_expired");
        }
    }

    private Expected Heartbeat(ModelCall call, string token)
    {
        var session = Session(call).Named;
        var seconds = LeaseSeconds(call);
        var message = channels.SelectMany(channel => channel.Messages).FirstOrDefault(message => message.Claim?.Token == token);
        if (message is null && Stored().FirstOrDefault(ended => ended.Task.LostToken == token) is { } ended)
        {
            RequireUnended(ended);
        }

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
            message.Claim = message.Claim! with { LeaseEnd = Now.AddSeconds(seconds), IsLengthened = false };
            return new JsonObject { ["lease_token"] = token, ["expires_at"] = Text(Now.AddSeconds(seconds)) };
        });
    }

    private static int LeaseSeconds(ModelCall call) => call.Body.ContainsKey("lease_seconds")
        ? call.Integer("lease_seconds", 30, 3600) ?? throw new ModelRefusal(422, "invalid_lease_seconds")
        : 300;

    private bool HasRunOut(ModelMessage message) => message.Claim?.LeaseEnd <= Now;

    /// <summary>Free, or under a lease that has run out without an ack of anybody and that was not the last attempt.</summary>
    private void RequireFree(ModelMessage message)
    {
        RequireClaimable(message);
        if (message.Claim is not null && !(HasRunOut(message) && message.Acks.Count == 0 && message.Task.Used + 1 < MostAttempts(message)))
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
        if (message.Acks.Count == 1)
        {
            Acknowledged(message);
        }

        return true;
    }

    private static Expected Delivered(ModelMessage message, Func<JsonElement, JsonNode?> body) => new(200, body) { Deliveries = () => message.Deliveries };

    private JsonObject Outcome(string status, ModelChannel channel, ModelMessage message) =>
        new() { ["status"] = status, ["message"] = View(channel, message) };
}
