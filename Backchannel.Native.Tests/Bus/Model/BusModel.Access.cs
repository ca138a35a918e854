using System.Text.Json.Nodes;

namespace Backchannel.Native.Tests.Bus.Model;

/// <content>Members, events, invitations, access requests.</content>
internal sealed partial class BusModel
{
    private Expected ListMembers(ModelKey key, string reference)
    {
        var channel = Own(key, reference);
        return new(200, answer =>
        {
            // By time; those of one moment come in any order, but always the same, which the ids seen here pin.
            var order = answer.GetProperty("data").EnumerateArray().Select(member => member.GetProperty("key_id").GetString()!).ToList();
            var members = channel.Members.OrderBy(member => member.GrantedAt).ThenBy(member => order.IndexOf(member.KeyId)).ToList();
            foreach (var (member, shown) in members.Zip(answer.GetProperty("data").EnumerateArray()))
            {
                member.Id ??= NewId(shown);
            }

            return new JsonObject { ["data"] = new JsonArray([.. members.Select(member => View(channel, member))]) };
        });
    }

    private Expected AddMember(ModelCall call, string reference)
    {
        var keyId = call.Required("key_id");
        var channel = Own(call.Key, reference);
        return new(201, answer =>
        {
            var member = Admit(channel, keyId, null);
            member.Id ??= NewId(answer);
            channel.Events.Add(new ModelEvent("member_added", call.Key.Id, keyId, null, Now, ++created));
            return View(channel, member);
        });
    }

    private Expected RemoveMember(ModelKey key, string reference, string keyId)
    {
        var channel = Own(key, reference);
        if (keyId == channel.Creator.Id)
        {
            throw new ModelRefusal(409, "cannot_remove_owner");
        }

        return new(200, _ =>
        {
            channel.Members.RemoveAll(member => member.KeyId == keyId);
            channel.Events.Add(new ModelEvent("member_removed", key.Id, keyId, null, Now, ++created));
            return new JsonObject { ["status"] = "removed" };
        });
    }

    private ModelMember Admit(ModelChannel channel, string keyId, string? invitation)
    {
        if (!channel.IsMember(keyId))
        {
            channel.Members.Add(new ModelMember(keyId, Now, invitation));
        }

        return channel.Members.Find(member => member.KeyId == keyId)!;
    }

    private Expected ListEvents(ModelCall call, string reference)
    {
        var limit = call.Limit;
        var channel = Own(call.Key, reference);
        var since = call.Query["since"];
        var after = Time(since);
        var page = channel.Events
            .Where(entry => entry.At.AddHours(24) > Now && (after is null || IsAfter(entry, after.Value)))
            .Take(limit)
            .ToList();
        return new(200, answer =>
        {
            foreach (var (entry, shown) in page.Zip(answer.GetProperty("data").EnumerateArray()))
            {
                if (entry.CreatedAt is null)
                {
                    entry.CreatedAt = shown.GetProperty("created_at").GetString()!;
                    known.Add((entry.Number, Time(entry.CreatedAt)!.Value));
                }
            }

            return new JsonObject
            {
                ["data"] = new JsonArray(
                [
                    .. page.Select(entry => new JsonObject
                    {
                        ["id"] = Expected.Any,
                        ["channel_id"] = channel.Id,
                        ["event_type"] = entry.Type,
                        ["actor_key_id"] = entry.Actor,
                        ["subject_key_id"] = entry.Subject,
                        ["invitation_id"] = entry.Invitation,
                        ["metadata"] = new JsonObject(),
                        ["created_at"] = entry.CreatedAt,
                        ["expires_at"] = Time(entry.CreatedAt) is { } created
                            ? Text((created - entry.At < TimeSpan.FromSeconds(1) ? created : entry.At).AddHours(24))
                            : null,
                    }),
                ]),
                ["limit"] = limit,
                ["next_cursor"] = page.Count > 0 ? page[^1].CreatedAt : since,
            };
        });
    }

    /// <summary>Whether an event is later than a cursor, also one whose time no answer has shown yet.</summary>
    /// <remarks>Times grow over the whole instance: an event of unknown time is older than whatever came after it, in any channel.</remarks>
    private bool IsAfter(ModelEvent entry, DateTimeOffset cursor) => Time(entry.CreatedAt) is { } shown
        ? shown > cursor
        : !known.Exists(other => other.Number > entry.Number && other.Time <= cursor);

    private Expected Invite(ModelKey key, ModelChannel channel) => new(201, answer => View(AddInvitation(key, channel, NewId(answer))));

    private ModelInvitation AddInvitation(ModelKey key, ModelChannel channel, string id)
    {
        var invitation = new ModelInvitation { Id = id, Creator = key, Channel = channel, CreatedAt = Now };
        invitations.Add(invitation);
        return invitation;
    }

    /// <summary>Ten a minute from one address, counted before anything else is looked at.</summary>
    private void CountLookup(bool hasKey)
    {
        lookups.RemoveAll(time => time.AddSeconds(60) <= clock.Passing);
        if (lookups.Count >= 10)
        {
            throw new ModelRefusal(429, "rate_limit_exceeded", new JsonObject { ["retry_after"] = 60 });
        }

        lookups.Add(clock.Passing);
        if (!hasKey)
        {
            throw new ModelRefusal(401, "api_key_required", new JsonObject { ["redirect_to"] = "" });
        }
    }

    private Expected ResolveInvitation(ModelKey key, string id)
    {
        var invitation = FindInvitation(id);
        if (invitation.RevokedAt is not null)
        {
            throw new ModelRefusal(410, "invitation_revoked");
        }

        if (invitation.ExpiresAt <= Now)
        {
            throw new ModelRefusal(410, "invitation_expired");
        }

        return new(200, _ =>
        {
            Admit(invitation.Channel, key.Id, id);
            invitation.Channel.Events.Add(new ModelEvent("invitation_resolved", key.Id, key.Id, id, Now, ++created));
            return View(invitation);
        });
    }

    private Expected RevokeInvitation(ModelKey key, string id)
    {
        var invitation = FindInvitation(id);
        return new(200, _ =>
        {
            if (invitation.RevokedAt is null)
            {
                invitation.RevokedAt = Now;
                invitation.Channel.Events.Add(new ModelEvent("invitation_revoked", key.Id, null, id, Now, ++created));
            }

            return View(invitation);
        });
    }

    private ModelInvitation FindInvitation(string id) =>
        invitations.Find(invitation => invitation.Id == id) ?? throw new ModelRefusal(404, "invitation_not_found");

    private Expected AskForAccess(ModelCall call, string reference)
    {
        var reason = call.Body["reason"]?.GetValue<string>().Trim() ?? "";
        var channel = ByIdOrAlias(reference) ?? throw new ModelRefusal(404, "channel_not_found");
        if (channel.Access == "open")
        {
            return Expected.Of(200, new JsonObject { ["status"] = "open", ["note"] = Expected.Any });
        }

        if (channel.Creator == call.Key || channel.IsMember(call.Key.Id))
        {
            return Expected.Of(200, new JsonObject { ["status"] = "already_member" });
        }

        return new(202, answer =>
        {
            var pending = channel.Requests.Find(request => request.KeyId == call.Key.Id && request.Status == "pending");
            if (pending is null)
            {
                pending = new ModelAccessRequest { Id = NewId(answer, "request_id"), KeyId = call.Key.Id, Reason = reason, CreatedAt = Now };
                channel.Requests.Add(pending);
            }

            return new JsonObject { ["status"] = "pending", ["request_id"] = pending.Id };
        });
    }

    private Expected ListAccessRequests(ModelKey key, string reference)
    {
        var channel = CreatedBy(key, reference);
        return Expected.Of(200, new JsonObject
        {
            ["data"] = new JsonArray(
            [
                .. channel.Requests.Where(request => request.Status == "pending").Select(request => new JsonObject
                {
                    ["id"] = request.Id,
                    ["channel_id"] = channel.Id,
                    ["requester_key_id"] = request.KeyId,
                    ["reason"] = request.Reason,
                    ["status"] = "pending",
                    ["created_at"] = Text(request.CreatedAt),
                }),
            ]),
        });
    }

    private Expected Decide(ModelKey key, string reference, string id, string verb)
    {
        var channel = CreatedBy(key, reference);
        var request = channel.Requests.Find(asked => asked.Id == id) ?? throw new ModelRefusal(404, "access_request_not_found");
        if (request.Status != "pending")
        {
            throw new ModelRefusal(409, "access_request_resolved");
        }

        return new(200, _ =>
        {
            request.Status = verb == "approve" ? "approved" : "denied";
            if (verb == "approve")
            {
                Admit(channel, request.KeyId, null);
                channel.Events.Add(new ModelEvent("member_added", key.Id, request.KeyId, null, Now, ++created));
            }

            return new JsonObject { ["status"] = request.Status, ["request_id"] = request.Id, ["requester_key_id"] = request.KeyId };
        });
    }

    private ModelChannel CreatedBy(ModelKey key, string reference) =>
        (ByIdOrAlias(reference) ?? throw new ModelRefusal(404, "channel_not_found")) is var channel && channel.Creator == key
            ? channel
            : throw new ModelRefusal(403, "forbidden");

    private static JsonObject View(ModelChannel channel, ModelMember member) => new()
    {
        ["id"] = member.Id,
        ["channel_id"] = channel.Id,
        ["key_id"] = member.KeyId,
        ["granted_at"] = Text(member.GrantedAt),
        ["granted_via_invitation_id"] = member.Invitation,
    };

    private JsonObject View(ModelInvitation invitation) => new()
    {
        ["id"] = invitation.Id,
        ["owner_id"] = invitation.Creator.Label,
        ["created_by_key_id"] = invitation.Creator.Id,
        ["created_at"] = Text(invitation.CreatedAt),
        ["expires_at"] = Text(invitation.ExpiresAt),
        ["revoked_at"] = invitation.RevokedAt is { } time ? Text(time) : null,
        ["active"] = invitation.RevokedAt is null && invitation.ExpiresAt > Now,
        ["channel"] = new JsonObject
        {
            ["id"] = invitation.Channel.Id,
            ["name"] = invitation.Channel.Name,
            ["mode"] = invitation.Channel.Mode,
            ["description"] = invitation.Channel.Description,
        },
    };
}
