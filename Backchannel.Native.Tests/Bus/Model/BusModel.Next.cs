using System.Text.Json;
using System.Text.Json.Nodes;

namespace Backchannel.Native.Tests.Bus.Model;

/// <content>Claiming the best open task of some channels, without waiting.</content>
internal sealed partial class BusModel
{
    private readonly Dictionary<(string KeyId, string Key), (string Token, DateTimeOffset At)> claimKeys = [];

    private Expected ClaimNext(ModelCall call, string? idempotencyKey)
    {
        _ = call.Body["session"] is not null ? 0 : throw new ModelRefusal(422, "missing_field");
        var session = Session(call);
        var references = call.Body["channels"] switch
        {
            null => throw new ModelRefusal(422, "missing_field"),
            JsonArray { Count: >= 1 and <= 20 } list => list.Select(ModelCall.NonBlank).Distinct().ToList(),
            _ => throw new ModelRefusal(422, "invalid_field"),
        };
        var posters = call.Body["posted_by"] switch
        {
            null => null,
            JsonArray { Count: >= 1 and <= 20 } list => list.Select(ModelCall.NonBlank).ToHashSet(),
            _ => throw new ModelRefusal(422, "invalid_field"),
        };
        var (name, _, seconds) = (call.Optional("actor"), call.Object("metadata"), LeaseSeconds(call));
        var before = call.Object("ack") is { } ack ? new ModelCall(call.Key, call.Query, ack.ToJsonString()) : null;
        var (doneId, token, metadata, result) = before is null ? default
            : (before.Required("message_id"), before.Optional("lease_token"), before.Object("metadata") ?? [], Result(before));

        // Its request is open for a moment, whatever becomes of it.
        Saw(session.Named);

        var (doneLane, done) = doneId is null ? default : Living(call.Key, doneId, claimable: true);
        var ending = done is null ? null : Acknowledge(call.Key, doneLane!, done, session.Named, name, metadata!, token, result);
        if (idempotencyKey is not null && claimKeys.TryGetValue((call.Key.Id, idempotencyKey), out var earlier) && (earlier.At - Now).Duration() < TimeSpan.FromHours(24))
        {
            // What this ack has just ended is no claim that stands.
            return done is { Acks.Count: 0 } && done.Claim?.Token == earlier.Token
                ? throw new ModelRefusal(410, "lease_expired")
                : WithAck(Repeated(call.Key, earlier.Token, session.Kept));
        }

        var lanes = references.Select(reference => Lane(call.Key, reference)).Distinct().ToList();
        if (Best().Message is not null)
        {
            _ = Acting(call.Key, name);
        }

        ModelMessage? taken = null;
        return WithAck(new(200, answer =>
        {
            // The ack may have opened tasks.
            var best = Best();
            if (best.Message is not { } task)
            {
                var nothing = new JsonObject { ["message"] = null };
                if (lanes.Exists(lane => lane.Paused))
                {
                    nothing["paused"] = Strings(lanes.Where(lane => lane.Paused).Select(lane => lane.Id));
                }

                return nothing;
            }

            taken = task;
            Take(call.Key, task, Acting(call.Key, name).Make(), session, NewId(answer.GetProperty("lease"), "lease_token"), Now.AddSeconds(seconds), answer.GetProperty("message"));
            if (idempotencyKey is not null)
            {
                claimKeys[(call.Key.Id, idempotencyKey)] = (task.Claim!.Token!, Now);
            }

            return NextTask(best.Lane, task, answer);
        }) { Deliveries = () => taken?.Deliveries });

        (ModelChannel Lane, ModelMessage Message) Best() => lanes
            .SelectMany(lane => lane.Messages.Where(message => Phase(message) == "open" && posters?.Contains(message.Task.PosterKeyId) is null or true).Select(message => (Lane: lane, Message: message)))
            .OrderByDescending(task => task.Message.Task.Priority).ThenBy(task => task.Message.CreatedAt)
            .FirstOrDefault();

        Expected WithAck(Expected next) => ending is null ? next : next with
        {
            Body = answer =>
            {
                var acknowledged = answer.GetProperty("acknowledged");
                var (status, published) = ending(acknowledged);
                var outcome = Outcome(status, doneLane!, done!);
                if (published is not null)
                {
                    outcome["result_channel"] = published;
                }

                var body = next.Body(answer)!.AsObject();
                body["acknowledged"] = outcome;
                return body;
            },
        };
    }

    /// <summary>What the first request with this key got, while that claim stands.</summary>
    private Expected Repeated(ModelKey key, string token, string? session)
    {
        foreach (var channel in channels)
        {
            if (channel.Messages.Find(message => message.Claim?.Token == token) is not { Acks.Count: 0 } task || IsExpired(task) || HasRunOut(task))
            {
                continue;
            }

            if (task.Claim!.Session != session)
            {
                throw new ModelRefusal(422, "idempotency_key_reused");
            }

            RequireAccess(key, channel);
            return Delivered(task, answer => NextTask(channel, task, answer)) with { IsRepeated = true };
        }

        throw new ModelRefusal(410, "lease_expired");
    }

    private ModelChannel Lane(ModelKey key, string reference)
    {
        try
        {
            var channel = Accessible(key, reference);
            return channel.Mode == "claimable" ? channel : throw new ModelRefusal(409, "channel_not_claimable");
        }
        catch (ModelRefusal refusal)
        {
            throw refusal.With("channel", reference);
        }
    }

    private JsonObject NextTask(ModelChannel channel, ModelMessage message, JsonElement answer)
    {
        var body = new JsonObject
        {
            ["lease"] = new JsonObject { ["lease_token"] = message.Claim!.Token, ["lease_expires_at"] = Text(message.Claim.LeaseEnd!.Value) },
            ["message"] = View(channel, message),
            ["task"] = TaskView(channel, message),
        };
        // Which results the claimer gets is not modelled; that it gets an entry for each prerequisite is.
        if (message.Task.Prerequisites.Count > 0)
        {
            var shown = answer.GetProperty("prerequisites");
            Assert.Equal(
                message.Task.Prerequisites.Select(prerequisite => prerequisite.Message.Id),
                shown.EnumerateArray().Select(entry => entry.GetProperty("id").GetString()));
            body["prerequisites"] = JsonNode.Parse(shown.GetRawText());
        }

        return body;
    }
}
