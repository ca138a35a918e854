using System.Text.Json.Nodes;

namespace Backchannel.Native.Tests.Bus.Model;

/// <content>Posting a task with options, ending an attempt, cancelling and reopening.</content>
internal sealed partial class BusModel
{
    private Expected PostToLane(ModelCall call, string reference)
    {
        var draft = ReadDraft(call, call.Required("content"));
        var priority = call.Integer("priority", 1, 9, "invalid_field");
        var delay = call.Integer("delay_seconds", 0, 604_800, "invalid_delay");
        var ids = call.Body["depends_on"] switch
        {
            null => [],
            JsonArray { Count: <= 100 } list => list.Select(ModelCall.NonBlank).ToList(),
            _ => throw new ModelRefusal(422, "invalid_dependency"),
        };
        var most = call.Integer("max_attempts", 1, 100, "invalid_field");
        var channel = Accessible(call.Key, reference);
        RequireRoom(channel);
        RequireSchema(channel, draft.Metadata);
        if (channel.Mode != "claimable" && (priority is not null || delay is not null || most is not null || ids.Count > 0))
        {
            throw new ModelRefusal(422, "invalid_field");
        }

        RequireDelay(channel, delay);
        var prerequisites = ids.Select(id => RequirePrerequisite(call.Key, id)).Distinct().OrderBy(message => message.CreatedAt).ToList();
        draft = WithActors(call, channel, draft);
        return new(201, answer =>
        {
            var start = Now.AddSeconds(delay ?? 0);
            var task = new ModelTask
            {
                PosterKeyId = call.Key.Id,
                IsTask = channel.Mode == "claimable",
                Priority = priority ?? 5,
                NamesPriority = priority is not null,
                MaxAttempts = most,
                NotBefore = delay is null ? null : start,
                ReadyAt = delay > 0 ? start : null,
                Prerequisites = [.. prerequisites.Select(message => new ModelPrerequisite(message))],
            };
            task.State = task.HasToWait || delay > 0 ? ModelState.Waiting : ModelState.Normal;
            var message = Store(call.Key, channel, draft, answer.GetProperty("message"), task);
            if (ids.Select(id => prerequisites.Find(prerequisite => prerequisite.Id == id)!)
                .FirstOrDefault(prerequisite => prerequisite.Task.State is ModelState.Failed or ModelState.Cancelled) is not null)
            {
                End(message, ModelState.Failed, Expected.Any, null);
            }

            var body = new JsonObject { ["message"] = View(channel, message), ["cursor"] = Text(message.CreatedAt), ["state"] = Phase(message) };
            if (answer.TryGetProperty("workers", out var workers))
            {
                // Who works on the channel has tests of its own.
                body["workers"] = JsonNode.Parse(workers.GetRawText());
            }

            return body;
        });
    }

    private void RequireDelay(ModelChannel channel, int? delay)
    {
        if (delay > 0 && delay >= channel.Ttl)
        {
            throw new ModelRefusal(422, "invalid_delay", new JsonObject
            {
                ["not_before"] = Text(Now.AddSeconds(delay.Value)),
                ["expires_at"] = Text(Now.AddSeconds(channel.Ttl)),
            });
        }
    }

    private ModelMessage RequirePrerequisite(ModelKey key, string id) =>
        Stored(id) is ({ } channel, { } message) && !IsExpired(message) && channel.Mode == "claimable"
            && (channel.Access == "open" || channel.Creator == key || channel.IsMember(key.Id))
            ? message
            : throw new ModelRefusal(422, "invalid_dependency", new JsonObject { ["dependency"] = id });

    private Expected Finish(ModelCall call, string id)
    {
        _ = call.Body["session"] is not null ? 0 : throw new ModelRefusal(422, "missing_field");
        var (session, name, metadata) = (Session(call).Named!, call.Optional("actor"), call.Object("metadata") ?? []);
        var outcome = call.Required("outcome");
        if (outcome is not ("acknowledged" or "failed" or "released" or "session_ended"))
        {
            throw new ModelRefusal(422, "invalid_field");
        }

        var (token, result, reason) = (call.Optional("lease_token"), Result(call), call.Optional("reason"));
        if (result is not null && outcome != "acknowledged")
        {
            throw new ModelRefusal(422, "invalid_field");
        }

        var retry = call.Body["retry"]?.GetValue<bool>() ?? true;
        var retryAfter = call.Integer("retry_after_seconds", 0, 604_800, "invalid_field");
        var (channel, message) = Living(call.Key, id, claimable: true);
        if (outcome == "acknowledged" && message.Task.State is ModelState.Normal or ModelState.Waiting)
        {
            var ending = Acknowledge(call.Key, channel, message, session, name, metadata, token, result);
            return new(200, answer =>
            {
                var (status, published) = ending(answer);
                return LifeOutcome(channel, message, status, published);
            });
        }

        if (Phase(message) != "claimed")
        {
            throw Stands(message);
        }

        RequireLease(call.Key, message, name, token);
        RequireEnding(call.Key, channel, message, session, name);
        if (outcome == "failed" && retry && retryAfter > 0 && message.Task.Used + 1 < MostAttempts(message) && Now.AddSeconds(retryAfter.Value) is var end && end >= message.ExpiresAt)
        {
            throw new ModelRefusal(422, "invalid_delay", new JsonObject { ["not_before"] = Text(end), ["expires_at"] = Text(message.ExpiresAt) });
        }

        return new(200, _ =>
        {
            EndAttempt(message, outcome == "released" ? OutcomeOfReturn(message, session) : outcome, reason, retry, retryAfter);
            return LifeOutcome(channel, message, Phase(message));
        });
    }

    private Expected Cancel(ModelCall call, string id)
    {
        var (reason, name) = (call.Optional("reason"), call.Optional("actor"));
        var (channel, message) = Living(call.Key, id, claimable: true);
        RequireOwner(call.Key, channel, message);
        if (Phase(message) is not ("waiting" or "open" or "claimed"))
        {
            throw Stands(message);
        }

        var actor = Acting(call.Key, name);
        return new(200, answer =>
        {
            var by = actor.Make();
            by.Id ??= NewId(answer.GetProperty("task").GetProperty("ended_by"));
            var held = message.Claim;
            if (held is not null)
            {
                CloseQuestion(message);
                message.Task.Attempts.Add(new ModelAttempt(held.Actor, held.At, Now, "released", Expected.Any));
            }

            End(message, ModelState.Cancelled, reason, held, by);
            FailDependents();
            return LifeOutcome(channel, message, "cancelled");
        });
    }

    private Expected Reopen(ModelKey key, string id)
    {
        var (channel, message) = Living(key, id, claimable: true);
        RequireOwner(key, channel, message);
        if (Phase(message) != "failed")
        {
            throw new ModelRefusal(409, "task_not_failed", new JsonObject { ["task_state"] = Phase(message) });
        }

        return new(200, _ =>
        {
            var task = message.Task;
            foreach (var prerequisite in task.Prerequisites.Where(prerequisite => prerequisite.State != PrerequisiteState.Met))
            {
                var phase = Stored().Contains(prerequisite.Message) ? Phase(prerequisite.Message) : "expired";
                prerequisite.State = prerequisite.Message.Acks.Count > 0 && Stored().Contains(prerequisite.Message) ? PrerequisiteState.Met
                    : phase is "waiting" or "open" or "claimed" ? PrerequisiteState.Due
                    : PrerequisiteState.Settled;
                prerequisite.IsWaived = prerequisite.State == PrerequisiteState.Settled;
            }

            task.State = task.HasToWait ? ModelState.Waiting : ModelState.Normal;
            task.Used = 0;
            (task.EndedAt, task.Reason, task.EndedBy, task.LostToken, task.ReopenedAt) = (null, null, null, null, Now);
            message.Version++;
            return LifeOutcome(channel, message, Phase(message));
        });
    }

    private Expected SetTasks(ModelCall call, string reference)
    {
        var most = call.Integer("max_attempts", 1, 100, "invalid_field");
        var channel = Own(call.Key, reference);
        return new(200, _ =>
        {
            if (call.Body.ContainsKey("max_attempts"))
            {
                channel.MaxAttempts = most;
                FailUsedUp(channel);
            }

            return new JsonObject { ["max_attempts"] = channel.MaxAttempts, ["webhook_events"] = new JsonArray() };
        });
    }

    private JsonObject LifeOutcome(ModelChannel channel, ModelMessage message, string status, string? resultChannel = null)
    {
        var outcome = Outcome(status, channel, message);
        outcome["task"] = TaskView(channel, message);
        if (resultChannel is not null)
        {
            outcome["result_channel"] = resultChannel;
        }

        return outcome;
    }

    private static void RequireOwner(ModelKey key, ModelChannel channel, ModelMessage message)
    {
        if (channel.Creator != key && message.Task.PosterKeyId != key.Id)
        {
            throw new ModelRefusal(403, "forbidden");
        }
    }

    /// <summary>What clients of before are told of a task that failed or was cancelled.</summary>
    private static void RequireUnended(ModelMessage message)
    {
        if (message.Task.State is ModelState.Failed or ModelState.Cancelled)
        {
            throw new ModelRefusal(410, "lease_expired", new JsonObject { ["task_state"] = Word(message) });
        }
    }

    private static void RequireClaimable(ModelMessage message)
    {
        if (message.Task.State != ModelState.Normal)
        {
            throw new ModelRefusal(409, "already_claimed", new JsonObject { ["task_state"] = Word(message) });
        }
    }

    private ModelRefusal Stands(ModelMessage message)
    {
        if (message.Acks.Count > 0)
        {
            RequireUndone(message);
        }

        if (Phase(message) is not ("failed" or "cancelled"))
        {
            return new(409, "not_claimed", message.Task.State == ModelState.Waiting ? new JsonObject { ["task_state"] = "waiting" } : null);
        }

        var extras = new JsonObject { ["task_state"] = Phase(message), ["ended_at"] = Text(message.Task.EndedAt!.Value) };
        if (message.Task.EndedBy is { } by)
        {
            extras["ended_by"] = by.Name;
        }

        if (message.Task.Reason is { } reason)
        {
            extras["reason"] = reason;
        }

        return new(409, $"task_{Phase(message)}", extras);
    }

    private static string Word(ModelMessage message) => message.Task.State switch
    {
        ModelState.Failed => "failed",
        ModelState.Cancelled => "cancelled",
        _ => "waiting",
    };
}
