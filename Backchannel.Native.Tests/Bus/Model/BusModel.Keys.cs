using System.Text.Json.Nodes;

namespace Backchannel.Native.Tests.Bus.Model;

/// <content>Keys, scopes, audit, sessions.</content>
internal sealed partial class BusModel
{
    private Expected Mint(JsonObject body)
    {
        var label = body["agent_label"]?.GetValue<string>().Trim() ?? "";
        if (label.Length == 0)
        {
            throw new ModelRefusal(422, "missing_field");
        }

        if (keys.Exists(key => key.Active && key.Label == label))
        {
            throw new ModelRefusal(409, "label_in_use");
        }

        return new(201, answer =>
        {
            var key = new ModelKey { Raw = NewId(answer, "key"), Id = NewId(answer, "key_id"), Label = label };
            keys.Add(key);
            if (!actors.Exists(actor => actor.Owner == label && actor.Name == label))
            {
                actors.Add(new ModelActor { Owner = label, KeyId = key.Id, Name = label, CreatedAt = Now });
            }

            return new JsonObject
            {
                ["key"] = key.Raw, ["key_id"] = key.Id, ["expires_at"] = null, ["agent_label"] = label, ["rate_limit"] = 0, ["rate_limit_window_seconds"] = 60,
            };
        });
    }

    private static Expected ShowKey(ModelKey key) => Expected.Of(200, new JsonObject
    {
        ["key_id"] = key.Id,
        ["owner_id"] = key.Label,
        ["plan"] = "free",
        ["active"] = true,
        ["scopes"] = key.Scopes is { } scopes ? Strings(scopes) : null,
        ["rate_limit"] = 0,
        ["rate_limit_window_seconds"] = 60,
    });

    private static Expected Revoke(ModelKey key) => new(200, _ =>
    {
        key.Active = false;
        key.Audit.Add("key.revoke");
        return new JsonObject { ["key_id"] = key.Id, ["revoked"] = true };
    });

    private static Expected SetScopes(ModelCall call)
    {
        var scopes = call.Body["scopes"]!.AsArray().Select(scope => scope!.GetValue<string>()).Order(StringComparer.Ordinal).ToList();
        return new(200, _ =>
        {
            call.Key.Scopes = scopes;
            return new JsonObject { ["key_id"] = call.Key.Id, ["scopes"] = Strings(scopes) };
        });
    }

    private static Expected ShowAudit(ModelKey key) => new(200, answer => new JsonObject
    {
        ["count"] = key.Audit.Count,
        ["data"] = new JsonArray(
        [
            .. Enumerable.Reverse(key.Audit).Select((type, index) => new JsonObject
            {
                ["id"] = Expected.Any,
                ["occurred_at"] = Expected.Any,
                ["actor_key_id"] = type == "key.issue" ? null : key.Id,
                ["subject_key_id"] = key.Id,
                ["event_type"] = type,
                ["remote_addr"] = Expected.Any,
                ["detail"] = answer.GetProperty("data")[index].GetProperty("detail").ValueKind == System.Text.Json.JsonValueKind.Object
                    ? JsonNode.Parse(answer.GetProperty("data")[index].GetProperty("detail").GetRawText())
                    : "an object",
            }),
        ]),
    });

    private Expected CreateSession(ModelCall call)
    {
        var name = call.Required("name");
        var state = call.Object("state") ?? [];
        return new(201, answer =>
        {
            var session = new ModelSession { Id = NewId(answer), KeyId = call.Key.Id, Name = name, State = state, CreatedAt = Now, UpdatedAt = Now };
            sessions.Add(session);
            return View(session);
        });
    }

    private Expected ListSessions(ModelKey key) => Expected.Of(200, new JsonObject
    {
        ["data"] = new JsonArray(
            [.. Enumerable.Reverse(sessions).OrderByDescending(session => session.ExpiresAt).Where(session => session.KeyId == key.Id && session.ExpiresAt > Now).Select(View)]),
    });

    private Expected MergeSession(ModelCall call, string id)
    {
        var change = call.Body.ContainsKey("state") ? call.Body["state"]!.AsObject() : call.Body;
        var session = OwnSession(call.Key, id);
        return new(200, _ =>
        {
            foreach (var (name, value) in change)
            {
                session.State[name] = value?.DeepClone();
            }

            session.UpdatedAt = Now;
            return View(session);
        });
    }

    private Expected DeleteSession(ModelKey key, string id)
    {
        var session = OwnSession(key, id);
        return new(200, _ =>
        {
            sessions.Remove(session);
            return new JsonObject { ["status"] = "deleted" };
        });
    }

    private ModelSession OwnSession(ModelKey key, string id) =>
        sessions.Find(session => session.Id == id && session.KeyId == key.Id) ?? throw new ModelRefusal(404, "session_not_found");

    private static JsonObject View(ModelSession session) => new()
    {
        ["id"] = session.Id,
        ["name"] = session.Name,
        ["state"] = session.State.DeepClone(),
        ["created_at"] = Text(session.CreatedAt),
        ["updated_at"] = Text(session.UpdatedAt),
        ["expires_at"] = Text(session.ExpiresAt),
    };
}
