using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Web;

namespace Backchannel.Native.Tests.Bus.Model;

/// <summary>The API as http-api.md and Bus/DIFFERENCES.md tell it, in memory, one request at a time; as simple as it can be said.</summary>
/// <remarks>Ids, tokens and times of creation are taken over from the bus's answers, which are checked for being new and in order.</remarks>
internal sealed partial class BusModel(ModelClock clock)
{
    private static readonly string[] NeverKept = ["/ack", "/claim", "/claim-with-lease", "/release", "/heartbeat", "/take-over", "/tasks", "/finish", "/cancel", "/reopen", "/task-settings", "/notes"];

    private static readonly string[] Reading = ["/v1/tasks/subscribe", "/v1/tasks/wait", "/v1/tasks/mine"];

    private readonly List<ModelKey> keys = [];
    private readonly List<ModelChannel> channels = [];

    /// <summary>Their messages stay until the next sweep.</summary>
    private readonly List<ModelChannel> deleted = [];
    private readonly List<ModelActor> actors = [];
    private readonly List<ModelInvitation> invitations = [];
    private readonly List<ModelSession> sessions = [];
    private readonly List<DateTimeOffset> lookups = [];
    private readonly Dictionary<(string KeyId, string Key), List<KeptAnswer>> kept = [];
    private readonly HashSet<string> ids = [];
    private readonly List<(int Number, DateTimeOffset Time)> known = [];
    private DateTimeOffset lastCreated;
    private DateTimeOffset latestReading;
    private TimeSpan setSinceSweep;
    private TimeSpan setSinceTaskSweep;
    private DateTimeOffset? setNoticedAt;
    private bool clockWasSet;
    private DateTimeOffset startedAt = clock.Passing;

    /// <summary>How many messages, channels and events have been made so far: their order, also where no answer has shown the time.</summary>
    private int created;

    private DateTimeOffset Now => clock.Now;

    public Expected Answer(Operation request)
    {
        latestReading = Later(latestReading, Now);
        try
        {
            return AnswerOrRefuse(request);
        }
        catch (ModelRefusal refusal)
        {
            return refusal.ToExpected();
        }
    }

    /// <summary>The bus stops and starts again: it forgets what it kept in memory, leases that are about to run out get a minute, once, and the sweep runs.</summary>
    public void Restarted()
    {
        seen.Clear();
        lookups.Clear();
        (setSinceTaskSweep, setNoticedAt) = (TimeSpan.Zero, null);
        startedAt = clock.Passing;
        var until = Now.AddSeconds(60);
        foreach (var message in Stored().Where(message => message.Claim is { IsLengthened: false, LeaseEnd: { } end } && end < until && message.Acks.Count == 0))
        {
            message.Claim = message.Claim! with { LeaseEnd = until, IsLengthened = true };
        }

        SweepLeases();
    }

    /// <summary>Run-out leases that nobody has acknowledged end. Tasks whose time has come are opened, and those fail that wait in vain.</summary>
    public void SweepLeases()
    {
        foreach (var message in Stored().Where(message => HasRunOut(message) && message.Acks.Count == 0)
            .OrderBy(message => message.Claim!.LeaseEnd).ThenBy(message => message.CreatedAt).ToList())
        {
            EndAttempt(message, "lease_ran_out");
        }

        foreach (var message in Stored().Where(message => message.Task.ReadyAt <= Now).ToList())
        {
            TryOpen(message);
        }

        if (setSinceTaskSweep != TimeSpan.Zero)
        {
            (setSinceTaskSweep, setNoticedAt) = (TimeSpan.Zero, clock.Passing);
        }

        // A clock that was set may be wrong for a moment.
        if (setNoticedAt is not { } noticed || clock.Passing - noticed >= TimeSpan.FromMinutes(1))
        {
            Stored().Where(IsExpired).ToList().ForEach(Lose);
        }

        FailDependents();
    }

    /// <summary>Leases and delays last as long as they were to: their ends move along with the clock.</summary>
    public void ClockWasSet(TimeSpan step)
    {
        setSinceSweep += step;
        setSinceTaskSweep += step;
        clockWasSet = true;
        foreach (var message in Stored())
        {
            message.Task.ReadyAt += step;
            if (message.Acks.Count == 0 && message.Claim?.LeaseEnd is not null)
            {
                message.Claim = message.Claim with { LeaseEnd = message.Claim.LeaseEnd + step };
            }
        }
    }

    /// <summary>Expired messages go to the history; what is kept for a time only goes. Nothing does right after the clock was set.</summary>
    public void SweepExpired()
    {
        if (setSinceSweep != TimeSpan.Zero)
        {
            setSinceSweep = TimeSpan.Zero;
            return;
        }

        foreach (var channel in channels)
        {
            foreach (var message in channel.Messages.Where(IsExpired).ToList())
            {
                Remove(channel, message);
                channel.Archive.Add(new ModelArchived(message, message.ExpiresAt, Retracted: false));
            }

            channel.Archive.RemoveAll(archived => archived.At.AddDays(channel.RetentionDays) <= Now);
            channel.Events.RemoveAll(entry => entry.At.AddHours(24) <= Now);
        }

        foreach (var channel in deleted)
        {
            channel.Messages.ToList().ForEach(message => Remove(channel, message));
        }

        deleted.Clear();
        invitations.RemoveAll(invitation => invitation.RevokedAt is not null || invitation.ExpiresAt <= Now);
        sessions.RemoveAll(session => session.ExpiresAt <= Now);
        foreach (var answers in kept.Values)
        {
            answers.RemoveAll(answer => answer.At.AddHours(24) <= Now);
        }
    }

    /// <summary>Reads of every message, by keys that may.</summary>
    public IEnumerable<Operation> Reads() => channels
        .SelectMany(channel => channel.Messages.Select(message => (Message: message, Reader: Readers(channel).FirstOrDefault())))
        .Where(read => read.Reader is not null)
        .Select(read => new Operation(0, read.Reader!.Raw, "GET", $"/v1/messages/{read.Message.Id}"))
        .ToList();

    private Expected AnswerOrRefuse(Operation request)
    {
        var split = request.Path.IndexOf('?', StringComparison.Ordinal);
        var path = split < 0 ? request.Path : request.Path[..split];
        var query = HttpUtility.ParseQueryString(split < 0 ? "" : request.Path[split..]);
        var segments = path.Split('/')[1..].Select(Uri.UnescapeDataString).ToArray();
        if (request.Method == "POST" && segments is ["v1", "keys"])
        {
            return Mint(Parse(request.Body));
        }

        if (request.Method == "GET" && segments is ["v1", "channel-invitations", _])
        {
            CountLookup(request.Key.Length > 0);
        }

        var key = keys.Find(known => known.Raw == request.Key && known.Active) ?? throw new ModelRefusal(401, "unauthorized");
        if (path == "/v1/tasks/claim-next")
        {
            RequireScope(key, request.Method, segments);
            return ClaimNext(new ModelCall(key, query, request.Body), request.IdempotencyKey);
        }

        if ((request.Method is not ("POST" or "PATCH" or "DELETE") && !path.EndsWith("/task-settings", StringComparison.Ordinal)) || Reading.Contains(path))
        {
            return Run(request.Method, segments, new ModelCall(key, query, request.Body));
        }

        if (request.IdempotencyKey is null && Array.Exists(NeverKept, path.EndsWith))
        {
            return Run(request.Method, segments, new ModelCall(key, query, request.Body));
        }

        var slot = (key.Id, request.IdempotencyKey ?? $"auto-{request.Method}-{Hash(request.Body)}-{path}");
        if (kept.GetValueOrDefault(slot)?.Where(answer => (answer.At - Now).Duration() < TimeSpan.FromHours(24)).MinBy(answer => answer.At) is { } first)
        {
            return (first.Method, first.Path) == (request.Method, path)
                ? new Expected(first.Status, _ => null) { Replay = first.Body, Deliveries = () => first.Deliveries }
                : throw new ModelRefusal(422, "idempotency_key_reused");
        }

        var expected = Run(request.Method, segments, new ModelCall(key, query, request.Body));
        return expected with
        {
            Body = answer =>
            {
                var body = expected.Body(answer);
                if (expected.Status < 300)
                {
                    var text = answer.ValueKind == JsonValueKind.Undefined ? "" : answer.GetRawText();
                    kept.TryAdd(slot, []);
                    kept[slot].Add(new KeptAnswer(request.Method, path, expected.Status, text, expected.Deliveries(), Now));
                }

                return body;
            },
        };
    }

    private Expected Run(string method, string[] segments, ModelCall call)
    {
        RequireScope(call.Key, method, segments);
        return (method, segments) switch
        {
            ("GET", ["v1", "keys", "me"]) => ShowKey(call.Key),
            ("DELETE", ["v1", "keys", "me"]) => Revoke(call.Key),
            ("PUT", ["v1", "keys", "me", "scopes"]) => SetScopes(call),
            ("GET", ["v1", "security", "audit"]) => ShowAudit(call.Key),
            ("POST", ["v1", "channels"]) => CreateChannel(call),
            ("GET", ["v1", "channels"]) => Discover(call),
            ("GET", ["v1", "channels", var channel]) => Expected.Of(200, View(Accessible(call.Key, channel))),
            ("PATCH", ["v1", "channels", var channel]) => PatchChannel(call, channel),
            ("DELETE", ["v1", "channels", var channel]) => DeleteChannel(call.Key, channel),
            ("POST", ["v1", "channels", var channel, "aliases"]) => AddChannelAlias(call, channel),
            ("GET", ["v1", "channels", var channel, "metrics"]) => ChannelMetrics(call.Key, channel),
            ("GET", ["v1", "channels", var channel, "members"]) => ListMembers(call.Key, channel),
            ("POST", ["v1", "channels", var channel, "members"]) => AddMember(call, channel),
            ("DELETE", ["v1", "channels", var channel, "members", var member]) => RemoveMember(call.Key, channel, member),
            ("GET", ["v1", "channels", var channel, "events"]) => ListEvents(call, channel),
            ("POST", ["v1", "channels", var channel, "invitations"]) => Invite(call.Key, Accessible(call.Key, channel)),
            ("GET", ["v1", "channel-invitations", var invitation]) => ResolveInvitation(call.Key, invitation),
            ("DELETE", ["v1", "channel-invitations", var invitation]) => RevokeInvitation(call.Key, invitation),
            ("POST", ["v1", "channels", var channel, "access-requests"]) => AskForAccess(call, channel),
            ("GET", ["v1", "channels", var channel, "access-requests"]) => ListAccessRequests(call.Key, channel),
            ("POST", ["v1", "channels", var channel, "access-requests", var request, var verb]) => Decide(call.Key, channel, request, verb),
            ("POST", ["v1", "channels", var channel, "messages"]) => PostMessage(call, channel),
            ("GET", ["v1", "channels", var channel, "messages"]) => ListMessages(call, channel),
            ("GET", ["v1", "channels", var channel, "history"]) => ListHistory(call, channel),
            ("GET", ["v1", "messages", var message]) => ShowMessage(call.Key, message),
            ("DELETE", ["v1", "messages", var message]) => Retract(call.Key, message),
            ("POST", ["v1", "messages", var message, "claim"]) => Claim(call, message),
            ("POST", ["v1", "messages", var message, "claim-with-lease"]) => ClaimWithLease(call, message),
            ("POST", ["v1", "messages", var message, "take-over"]) => TakeOver(call, message),
            ("POST", ["v1", "messages", var message, "release"]) => Release(call, message),
            ("POST", ["v1", "messages", var message, "ack"]) => Acknowledge(call, message),
            ("POST", ["v1", "leases", var token, "heartbeat"]) => Heartbeat(call, token),
            ("POST", ["v1", "channels", var channel, "tasks"]) => PostToLane(call, channel),
            ("PUT", ["v1", "channels", var channel, "task-settings"]) => SetTasks(call, channel),
            ("POST", ["v1", "messages", var message, "finish"]) => Finish(call, message),
            ("POST", ["v1", "messages", var message, "cancel"]) => Cancel(call, message),
            ("POST", ["v1", "messages", var message, "reopen"]) => Reopen(call.Key, message),
            ("POST", ["v1", "messages", var message, "notes"]) => Note(call, message),
            ("POST", ["v1", "tasks", "wait"]) => Wait(call),
            ("POST", ["v1", "tasks", "mine"]) => Mine(call),
            ("POST", ["v1", "actors"]) => CreateActor(call),
            ("GET", ["v1", "actors", var actor]) => Expected.Of(200, View(FindActor(actor) ?? throw new ModelRefusal(404, "actor_not_found"))),
            ("POST", ["v1", "actors", var actor, "aliases"]) => AddActorAlias(call, actor),
            ("POST", ["v1", "tasks", "post"]) => PostTask(call),
            ("POST", ["v1", "tasks", "broadcast"]) => Broadcast(call),
            ("POST", ["v1", "tasks", "claim"]) => ClaimTask(call),
            ("POST", ["v1", "tasks", "subscribe"]) => Subscribe(call),
            ("POST", ["v1", "tasks", "claim-and-ack"]) => ClaimAndAck(call),
            ("POST", ["v1", "tasks", "create-claimable-session"]) => CreateSessionChannel(call),
            ("POST", ["v1", "tasks", "post-with-result"]) => PostWithResult(call),
            ("POST", ["v1", "tasks", var task, "result"]) => PublishResult(call, task),
            ("GET", ["v1", "tasks", var task, "result"]) => ShowResult(call.Key, task),
            ("POST", ["v1", "sessions"]) => CreateSession(call),
            ("GET", ["v1", "sessions"]) => ListSessions(call.Key),
            ("GET", ["v1", "sessions", var session]) => Expected.Of(200, View(OwnSession(call.Key, session))),
            ("PATCH", ["v1", "sessions", var session]) => MergeSession(call, session),
            ("DELETE", ["v1", "sessions", var session]) => DeleteSession(call.Key, session),
            _ => throw new ModelRefusal(404, "not_found"),
        };
    }

    private static void RequireScope(ModelKey key, string method, string[] segments)
    {
        var needed = (method, segments) switch
        {
            ("POST", ["v1", "channels"]) => "channels:write",
            ("POST", ["v1", "channels", _, "messages" or "tasks"]) => "messages:write",
            ("GET", ["v1", "channels", _, "messages" or "history"]) or ("GET", ["v1", "messages", _]) or ("POST", ["v1", "tasks", "wait" or "mine"]) => "messages:read",
            ("POST", ["v1", "messages", _, "claim"]) or ("POST", ["v1", "tasks", "claim-next"]) => "messages:claim",
            _ => null,
        };
        if (needed is not null && key.Scopes is { } granted && !granted.Contains(needed))
        {
            throw new ModelRefusal(403, "insufficient_scope", new JsonObject { ["required_scope"] = needed, ["granted_scopes"] = Strings(granted) });
        }
    }

    /// <summary>Takes over an id that the bus chose.</summary>
    private string NewId(JsonElement answer, string member = "id")
    {
        var id = answer.GetProperty(member).GetString()!;
        return ids.Add(id) ? id : throw new InvalidOperationException($"{member} {id} was given before");
    }

    /// <summary>Takes over a time that is never given twice: now, and later than all before.</summary>
    private DateTimeOffset NewTime(JsonElement answer, string member = "created_at")
    {
        lastCreated = NextTime(answer, member, lastCreated, latestReading);
        known.Add((++created, lastCreated));
        return lastCreated;
    }

    /// <summary>Reads a time that is now and later than an earlier one, or as little later as that asks for where the clock was set back.</summary>
    private DateTimeOffset NextTime(JsonElement answer, string member, DateTimeOffset earlier, DateTimeOffset latest)
    {
        var time = DateTimeOffset.Parse(answer.GetProperty(member).GetString()!, System.Globalization.CultureInfo.InvariantCulture);
        return time >= Now && time <= Later(latest, Now).AddSeconds(1) && time > earlier
            ? time
            : throw new InvalidOperationException($"{member} {Text(time)} is not next after {Text(earlier)}, now being {Text(Now)}");
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    /// <summary>The real time of what has a unique one: another where the clock was ahead before.</summary>
    private DateTimeOffset Real(DateTimeOffset created) => created - Now < TimeSpan.FromSeconds(1) ? created : Now;

    private static string Text(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'+00:00'", System.Globalization.CultureInfo.InvariantCulture);

    private static JsonObject Parse(string? body) => string.IsNullOrEmpty(body) ? [] : JsonNode.Parse(body)!.AsObject();

    private static JsonArray Strings(IEnumerable<string> strings) => [.. strings.Select(text => (JsonNode)text)];

    private static string Hash(string? body) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(body ?? "")));

    private sealed record KeptAnswer(string Method, string Path, int Status, string Body, int? Deliveries, DateTimeOffset At);
}
