namespace Backchannel.Native.Tests.Bus.Model;

/// <content>Whose a claim is: that of the process that named its session, while that lives.</content>
internal sealed partial class BusModel
{
    private readonly Dictionary<string, DateTimeOffset> seen = [];

    private Expected TakeOver(ModelCall call, string id)
    {
        _ = call.Body.ContainsKey("session") ? 0 : throw new ModelRefusal(422, "missing_field");
        var (session, name, _, seconds) = (Session(call), call.Optional("actor"), call.Object("metadata"), LeaseSeconds(call));
        var (channel, message) = Living(call.Key, id, claimable: true);
        RequireClaimable(message);
        RequireUndone(message);
        RequireHold(call.Key, message, session.Named!, name);
        if (HasRunOut(message))
        {
            RequireFree(message);
        }
        else if (OutcomeOfReturn(message, session.Named) == "session_ended")
        {
            EndAttempt(message, "session_ended");
            if (Phase(message) == "failed")
            {
                throw Stands(message);
            }
        }

        return Leased(call.Key, channel, message, Acting(call.Key, name), session, seconds);
    }

    /// <summary>A session that is gone did not give its task back.</summary>
    private string OutcomeOfReturn(ModelMessage message, string? session) =>
        message.Claim is { Session: { Length: > 0 } holder } && holder != session && !IsLiving(holder) ? "session_ended" : "released";

    private bool IsLiving(string session) => seen.GetValueOrDefault(session, startedAt).AddSeconds(10) > clock.Passing;

    /// <summary>What a request calls itself, and what a claim of it is kept under: nothing that lives, where the process does not live on.</summary>
    private static (string? Named, string? Kept) Session(ModelCall call)
    {
        var secret = call.Optional("session");
        if (secret is { Length: < 16 or > 200 })
        {
            throw new ModelRefusal(422, "invalid_field");
        }

        return (secret, secret is not null && call.Body["detached"]?.GetValue<bool>() == true ? "" : secret);
    }

    private void Saw(string? session)
    {
        if (session is not null)
        {
            seen[session] = clock.Passing;
        }
    }

    /// <summary>Held by a session that showed itself within ten seconds, and neither run out nor done.</summary>
    private bool IsProtected(ModelMessage message) =>
        message.Claim is { Session: { Length: > 0 } session } && message.Acks.Count == 0 && !HasRunOut(message)
        && IsLiving(session);

    private void RequireClaim(ModelMessage message, string? session)
    {
        if (session is not null && message.Claim?.Session != session && IsProtected(message))
        {
            throw Held(message);
        }
    }

    private void RequireEnding(ModelKey key, ModelChannel channel, ModelMessage message, string? session, string? actor)
    {
        if (session is null && IsProtected(message))
        {
            throw Held(message);
        }

        if (session is not null && (message.Claim is not null || channel.Mode == "claimable"))
        {
            RequireHold(key, message, session, actor);
        }
    }

    private void RequireHold(ModelKey key, ModelMessage message, string session, string? actor)
    {
        if (message.Claim is not { } claim)
        {
            throw new ModelRefusal(409, "not_claimed");
        }

        var isFree = HasRunOut(message) && message.Acks.Count == 0;
        if (claim.Session == session)
        {
            return;
        }

        if (IsProtected(message))
        {
            throw Held(message);
        }

        if (claim.KeyId == key.Id && (claim.Session is not null || isFree))
        {
            return;
        }

        if (isFree)
        {
            throw new ModelRefusal(409, "not_claimed");
        }

        if (claim.Session is not null || Acting(key, actor).Known != claim.Actor)
        {
            throw Held(message);
        }
    }

    private static void RequireUndone(ModelMessage message)
    {
        if (message.Acks.Count > 0)
        {
            var first = message.Acks[0];
            throw new ModelRefusal(
                409, "already_acknowledged", new() { ["acknowledged_by"] = first.Actor.Name, ["acknowledged_at"] = Text(first.At) });
        }
    }

    private static ModelRefusal Held(ModelMessage message)
    {
        var members = new System.Text.Json.Nodes.JsonObject { ["held_by"] = message.Claim!.Actor.Name };
        if (message.Claim.LeaseEnd is { } end)
        {
            members["held_until"] = Text(end);
        }

        return new(409, "already_claimed", members);
    }
}
