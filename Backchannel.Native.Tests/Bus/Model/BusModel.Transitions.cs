using System.Text.Json.Nodes;

namespace Backchannel.Native.Tests.Bus.Model;

/// <content>What becomes of tasks.</content>
internal sealed partial class BusModel
{
    /// <summary>Messages that are kept, those of deleted channels included: other tasks may depend on them.</summary>
    private IEnumerable<ModelMessage> Stored() => channels.Concat(deleted).SelectMany(channel => channel.Messages);

    private string Phase(ModelMessage message) => message switch
    {
        _ when IsExpired(message) => "expired",
        { Task.State: ModelState.Failed } => "failed",
        { Task.State: ModelState.Cancelled } => "cancelled",
        { Acks.Count: > 0 } => "acknowledged",
        { Task.State: ModelState.Waiting } => "waiting",
        { Claim: not null } => "claimed",
        _ => "open",
    };

    private int MostAttempts(ModelMessage message) =>
        message.Task.MaxAttempts ?? channels.Find(channel => channel.Messages.Contains(message))?.MaxAttempts ?? int.MaxValue;

    /// <summary>Ends a hold without an ack. Only that of a claimed task is an attempt.</summary>
    private void EndAttempt(ModelMessage message, string outcome, string? reason = null, bool retry = true, int? retryAfter = null)
    {
        var (task, held, phase) = (message.Task, message.Claim!, Phase(message));
        if (phase != "claimed")
        {
            if (phase == "acknowledged" && FinalHold(message) is { } done)
            {
                task.Attempts.Add(done);
            }

            Free(message);
            return;
        }

        CloseQuestion(message);
        var counts = outcome != "released";
        var unsaid = outcome switch
        {
            "lease_ran_out" => "The lease ran out: the worker stopped without a word.",
            "session_ended" => "The process of the worker ended.",
            "failed" => "The worker gave no reason.",
            _ => null,
        };
        task.Attempts.Add(new ModelAttempt(held.Actor, held.At, Now, outcome, reason ?? unsaid));
        task.Used += counts ? 1 : 0;
        // In whole ticks: as a number of seconds, the difference would lose its last microsecond.
        var room = message.ExpiresAt - Now - TimeSpan.FromSeconds(30);
        var backoff = TimeSpan.FromSeconds(Math.Min(600, 10 << Math.Min(task.Used - 1, 10)));
        var pause = outcome != "failed" ? TimeSpan.Zero
            : retryAfter is { } asked ? TimeSpan.FromSeconds(asked)
            : backoff < room ? backoff
            : room;
        var isLast = task.Used >= MostAttempts(message) || (outcome == "failed" && !retry);
        if (isLast || pause < TimeSpan.Zero)
        {
            End(message, ModelState.Failed, !counts ? UsedUp(message) : isLast ? reason ?? Expected.Any : Expected.Any, held);
            task.EndedBy = outcome is "lease_ran_out" or "released" ? null : task.EndedBy;
            FailDependents();
            return;
        }

        Free(message);
        if (pause > TimeSpan.Zero)
        {
            task.State = ModelState.Waiting;
            task.ReadyAt = Now + pause;
            message.Version++;
        }
    }

    /// <summary>Its worker goes on with it in another process, whatever attempts its channel allows by now.</summary>
    private void HandOver(ModelMessage message)
    {
        CloseQuestion(message);
        message.Task.Attempts.Add(new ModelAttempt(message.Claim!.Actor, message.Claim.At, Now, "released", Expected.Any));
        Free(message);
    }

    private string UsedUp(ModelMessage message) =>
        $"Its channel allows {MostAttempts(message)} attempt{(MostAttempts(message) == 1 ? "" : "s")} now, and it has used {message.Task.Used}.";

    /// <summary>Ends what has used the attempts that its channel allows from now on.</summary>
    private void FailUsedUp(ModelChannel channel)
    {
        if (channel.MaxAttempts is null)
        {
            return;
        }

        foreach (var message in channel.Messages.Where(message => Phase(message) is "open" or "waiting").ToList())
        {
            if (message.Task.MaxAttempts is null && message.Task.Used >= MostAttempts(message))
            {
                End(message, ModelState.Failed, UsedUp(message), null);
            }
        }

        FailDependents();
    }

    private static void Free(ModelMessage message)
    {
        message.Claim = null;
        message.Version++;
    }

    private void EndRunOut(ModelMessage message)
    {
        if (message.Claim is not null)
        {
            EndAttempt(message, "lease_ran_out");
        }
    }

    private void End(ModelMessage message, ModelState state, string? reason, ModelClaim? held, ModelActor? by = null)
    {
        var task = message.Task;
        message.Claim = null;
        message.Version++;
        task.State = state;
        task.ReadyAt = null;
        (task.EndedAt, task.ReopenedAt) = (Now, null);
        task.Reason = reason;
        task.EndedBy = by ?? held?.Actor;
        task.LostToken = held?.Token;
        Lose(message);
    }

    private void Remove(ModelChannel channel, ModelMessage message)
    {
        channel.Messages.Remove(message);
        Lose(message);
    }

    /// <summary>Nobody will acknowledge it: what waits for it is about to fail.</summary>
    private void Lose(ModelMessage message)
    {
        foreach (var prerequisite in Waits(message))
        {
            prerequisite.Prerequisite.State = PrerequisiteState.Lost;
        }
    }

    private List<(ModelMessage Dependent, ModelPrerequisite Prerequisite)> Waits(ModelMessage message) =>
    [
        .. Stored().SelectMany(dependent => dependent.Task.Prerequisites
            .Where(prerequisite => prerequisite.Message == message && prerequisite.State == PrerequisiteState.Due)
            .Select(prerequisite => (dependent, prerequisite))),
    ];

    private void FailDependents()
    {
        while (Stored().Where(message => message.Task.Prerequisites.Exists(IsLost)).OrderBy(message => message.CreatedAt).ToList() is { Count: > 0 } dependents)
        {
            foreach (var dependent in dependents)
            {
                foreach (var prerequisite in dependent.Task.Prerequisites.Where(IsLost))
                {
                    prerequisite.State = PrerequisiteState.Settled;
                    prerequisite.IsRemoved = !Stored().Contains(prerequisite.Message) && Archived(prerequisite.Message) is null;
                }

                if (Phase(dependent) == "waiting" && dependent.Task.HasToWait)
                {
                    End(dependent, ModelState.Failed, Expected.Any, null);
                }
            }
        }

        static bool IsLost(ModelPrerequisite prerequisite) => prerequisite.State == PrerequisiteState.Lost;
    }

    /// <summary>It was acknowledged for the first time: what waited for it alone is opened.</summary>
    private void Acknowledged(ModelMessage message)
    {
        CloseQuestion(message);
        if (message.Task.State != ModelState.Normal)
        {
            message.Task.State = ModelState.Normal;
            message.Task.ReadyAt = null;
            message.Version++;
        }

        foreach (var (dependent, prerequisite) in Waits(message))
        {
            prerequisite.State = PrerequisiteState.Met;
            if (!dependent.Task.HasToWait)
            {
                TryOpen(dependent);
            }
        }
    }

    private void TryOpen(ModelMessage message)
    {
        var task = message.Task;
        if (task.State == ModelState.Waiting && !task.HasToWait && !(task.ReadyAt > Now))
        {
            task.State = ModelState.Normal;
            task.ReadyAt = null;
            message.Version++;
        }
        else if (task.State != ModelState.Waiting || task.ReadyAt <= Now)
        {
            task.ReadyAt = null;
        }
    }

    /// <summary>The attempt that ended with the ack; null where nobody held the task then, or where it has been kept already.</summary>
    private static ModelAttempt? FinalHold(ModelMessage message) =>
        message is { Claim: { } claim, Acks: [var first, ..] } && claim.At <= first.At && !message.Task.Attempts.Exists(attempt => attempt.Outcome == "acknowledged")
            ? new(claim.Actor, claim.At, first.At, "acknowledged", null)
            : null;

    private JsonObject TaskView(ModelChannel channel, ModelMessage message)
    {
        var task = message.Task;
        var view = new JsonObject { ["state"] = Phase(message), ["priority"] = task.Priority, ["attempts_used"] = task.Used };
        Add("posted_by_key_id", task.PosterKeyId);
        Add("max_attempts", (task.MaxAttempts ?? channel.MaxAttempts) is { } most ? most : null);
        Add("not_before", task is { State: ModelState.Waiting, ReadyAt: { } time } ? clockWasSet ? Expected.Any : Text(time) : null);
        Add("depends_on", task.Prerequisites.Count == 0 ? null : new JsonArray([.. task.Prerequisites.Select(View)]));
        Add("reason", task.Reason);
        Add("ended_at", task.EndedAt is { } end ? Text(end) : null);
        Add("reopened_at", task.ReopenedAt is { } again ? Text(again) : null);
        Add("ended_by", Reference(task.EndedBy));
        Add("progress", task.Progress?.DeepClone());
        Add("notes", task.Notes.Count == 0 ? null : new JsonArray([.. task.Notes.Select(View)]));
        List<ModelAttempt> attempts = FinalHold(message) is { } final ? [.. task.Attempts, final] : task.Attempts;
        Add("attempts", attempts.Count == 0 ? null : new JsonArray([.. attempts.Select(View)]));
        return view;

        void Add(string name, JsonNode? value)
        {
            if (value is not null)
            {
                view[name] = value;
            }
        }
    }

    private JsonObject View(ModelPrerequisite prerequisite) => new()
    {
        ["id"] = prerequisite.Message.Id,
        ["state"] = prerequisite.State == PrerequisiteState.Met ? "acknowledged"
            : Stored().Contains(prerequisite.Message) || Archived(prerequisite.Message) is not null ? LastPhase(prerequisite.Message)
            : prerequisite.IsRemoved ? "cancelled"
            : "expired",
    };

    /// <summary>How it ended before its time was over.</summary>
    private string LastPhase(ModelMessage message) => message.Task.State switch
    {
        ModelState.Failed => "failed",
        ModelState.Cancelled => "cancelled",
        _ => Stored().Contains(message) ? Phase(message) : "expired",
    };

    /// <summary>Its entry in a history, where its time was over.</summary>
    private ModelArchived? Archived(ModelMessage message) =>
        channels.Concat(deleted).SelectMany(channel => channel.Archive).FirstOrDefault(archived => archived.Message == message && !archived.Retracted);

    private static JsonObject View(ModelAttempt attempt, int index)
    {
        var view = new JsonObject
        {
            ["number"] = index + 1,
            ["worker"] = Reference(attempt.Worker),
            ["started_at"] = Text(attempt.StartedAt),
            ["ended_at"] = Text(attempt.EndedAt),
            ["outcome"] = attempt.Outcome,
        };
        if (attempt.Reason is not null)
        {
            view["reason"] = attempt.Reason;
        }

        return view;
    }
}
