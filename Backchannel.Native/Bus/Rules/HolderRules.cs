using Backchannel.Native.Bus.Memory;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>Who may end, renew or take over a task: its session while that lives, afterwards any process of its key.</summary>
/// <remarks>
/// All of it runs in the writer. A claim without a session belongs to its actor, as on the reference server: the bus cannot tell
/// whether the process behind it still runs.
/// </remarks>
internal sealed class HolderRules(WorkerSessions sessions)
{
    /// <summary>Counts a claim as a sign of life of its session.</summary>
    public void Took(WriteContext context, ClaimFields fields) => Saw(context, fields.Session);

    /// <summary>Refuses a claim of a message that another session holds, even under that session's actor.</summary>
    public void RequireClaim(WriteContext context, MessageRecord message, ClaimFields fields)
    {
        if (fields.Session is { } session && message.HolderSession != session && IsProtected(message, context.Now))
        {
            throw Held(message);
        }
    }

    /// <summary>Refuses an ack or a release of a task that another session holds, or that no one holds.</summary>
    /// <remarks>A caller without a session is refused only where a living session holds the task. Everything else follows the contract.</remarks>
    public void RequireEnding(WriteContext context, ApiKeyRecord key, MessageRecord message, ChannelRecord channel, ClaimFields fields)
    {
        if (fields.Session is not { } session)
        {
            if (IsProtected(message, context.Now))
            {
                throw Held(message);
            }
        }
        else if (channel.IsClaimable || message.IsHeld)
        {
            RequireHold(context, key, message, fields, session);
        }
    }

    /// <summary>Refuses what only the holder of a task may do. Where its session is gone, every process of its key is the holder.</summary>
    public void RequireHolder(WriteContext context, ApiKeyRecord key, MessageRecord message, ClaimFields fields)
    {
        if (fields.Session is { } session)
        {
            RequireHold(context, key, message, fields, session);
            return;
        }

        if (!message.IsHeld || message.CanBeTaken(context.Now))
        {
            throw Refusal.NotClaimed();
        }

        if (IsProtected(message, context.Now) || ActingActor.Find(context.Storage, key, fields.Actor).Known?.Number != message.HolderNumber)
        {
            throw Held(message);
        }
    }

    /// <summary>Refuses to take over a message that is acknowledged, free, or held by a living session or another key.</summary>
    public void RequireTakeOver(WriteContext context, ApiKeyRecord key, MessageRecord message, ClaimFields fields)
    {
        if (message.Acked)
        {
            throw Done(context.Storage, message);
        }

        RequireHold(context, key, message, fields, fields.Session ?? throw new InvalidOperationException("A take-over names its session."));
    }

    /// <summary>Refuses to renew the lease of another living session.</summary>
    /// <param name="session">Null: anyone who knows the token may renew, as on the reference server.</param>
    public void RequireRenewal(WriteContext context, string leaseToken, string? session)
    {
        if (session is not null && context.Storage.Claims.FindLeased(leaseToken) is { } message
            && message.HolderSession != session && IsProtected(message, context.Now))
        {
            throw Held(message);
        }
    }

    /// <summary>Counts a renewal as a sign of life of its session.</summary>
    public void Renewed(WriteContext context, string? session) => Saw(context, session);

    /// <summary>Lets the session that holds a task know, after the commit, what somebody else did to it.</summary>
    /// <param name="message">As it was before.</param>
    /// <param name="news">See <see cref="WorkerSessions.Tell"/>.</param>
    public void TellHolder(WriteContext context, MessageRecord message, string news)
    {
        if (message is { IsHeld: true, HolderSession: { } session })
        {
            context.AfterCommit(() => sessions.Tell(session, news));
            context.Changed(new Change(
                news == StatusAnswer.TaskEnded ? ChangeKind.SessionTaskEnded : ChangeKind.SessionTaskNoted, WorkerSessions.Number(session)));
        }
    }

    /// <summary>How the attempt of a task's holder ends when the caller takes the task over or gives it back.</summary>
    /// <returns>A session that is gone did not give it back: it ended with the task in its hands, which counts.</returns>
    public string OutcomeOfReturn(MessageRecord message, ClaimFields fields) =>
        message.HolderSession is { } holder and not WorkerSessions.Detached && holder != fields.Session && !sessions.IsLiving(holder)
            ? AttemptOutcomes.SessionEnded
            : AttemptOutcomes.Released;

    /// <summary>The refusal of a second ack; it names the first one.</summary>
    public static ApiException Done(StorageSession storage, MessageRecord message)
    {
        var acks = storage.Acks.List(message.CreatedAt);
        return new ApiException(
            409, ErrorCodes.AlreadyAcknowledged, "This message is acknowledged: what was reported first stands, and nothing of this request was kept.")
        {
            Extras = acks.Count == 0 ? [] : [new("acknowledged_by", acks[0].Name), new("acknowledged_at", acks[0].OccurredAt)],
        };
    }

    /// <summary>The other processes of the bus hear of it with the commit.</summary>
    private void Saw(WriteContext context, string? session)
    {
        if (session is not null)
        {
            sessions.Saw(session);
            context.Changed(new Change(ChangeKind.SessionSeen, WorkerSessions.Number(session)));
        }
    }

    private void RequireHold(WriteContext context, ApiKeyRecord key, MessageRecord message, ClaimFields fields, string session)
    {
        if (!message.IsHeld)
        {
            throw Refusal.NotClaimed();
        }

        if (message.HolderSession == session)
        {
            return;
        }

        if (IsProtected(message, context.Now))
        {
            throw Held(message);
        }

        var isOver = message.HolderSession is not null || message.CanBeTaken(context.Now);
        if (isOver && message.ClaimedByKeyId == key.KeyId)
        {
            return;
        }

        if (message.CanBeTaken(context.Now))
        {
            throw Refusal.NotClaimed();
        }

        if (message.HolderSession is not null || ActingActor.Find(context.Storage, key, fields.Actor).Known?.Number != message.HolderNumber)
        {
            throw Held(message);
        }
    }

    /// <summary>Whether a living session holds it under a lease that has not run out, or under none.</summary>
    private bool IsProtected(MessageRecord message, long now) =>
        message.IsHeld && !message.Acked && !message.CanBeTaken(now) && message.HolderSession is { } holder && sessions.IsLiving(holder);

    private ApiException Held(MessageRecord message)
    {
        var end = message.LeaseExpiresAt is { } expiry ? Instant.ToText(expiry) : null;
        var isLiving = message.HolderSession is { } holder && sessions.IsLiving(holder);
        return new(409, ErrorCodes.AlreadyClaimed, HeldText(message.HolderSession, isLiving, end))
        {
            Extras = [new("held_by", message.Holder?.Name ?? ""), .. end is null ? (KeyValuePair<string, object>[])[] : [new("held_until", end)]],
        };
    }

    private static string HeldText(string? session, bool isLiving, string? end) => (session, isLiving, end) switch
    {
        (not null, true, _) => "Another session holds this message: only that one can end it, renew it or give it back while it lives.",
        (not null, _, not null) => $"A session of another key holds this message until {end}; then it is free. Until then only that key can end it.",
        (not null, _, null) => "A session of another key holds this message without a lease: only that key can end it or give it back.",
        (null, _, not null) => $"Another actor holds this message until {end}; then it is free. Until then it is ended under the name of that actor.",
        _ => "Another actor holds this message without a lease: it is ended or given back under the name of that actor.",
    };
}
