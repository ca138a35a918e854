using System.Text.Json;

namespace Backchannel.Native.Tests.Bus.Model;

/// <summary>What has to be true of a task whatever happens to it. It looks at the bus's answers alone and knows nothing of the model.</summary>
/// <param name="isClockSet">A hold that ends while the clock is past the message's life is no attempt, also when the clock is set back after.</param>
internal sealed class LifeInvariants(bool isClockSet)
{
    private static readonly string[] Final = ["acknowledged", "failed", "cancelled"];
    private static readonly string[] Counted = ["failed", "lease_ran_out", "session_ended"];

    private readonly Dictionary<string, Seen> tasks = [];

    /// <summary>Looks at an answer to <c>GET /v1/messages/{id}</c>.</summary>
    /// <param name="isReopened">Whether the task was opened again right before.</param>
    /// <returns>What is broken; null when nothing is.</returns>
    public string? Broken(JsonElement answer, bool isReopened)
    {
        if (!answer.TryGetProperty("task", out var task))
        {
            return null;
        }

        var (id, state) = (answer.GetProperty("message").GetProperty("id").GetString()!, task.GetProperty("state").GetString()!);
        var before = tasks.GetValueOrDefault(id);
        var reopened = isReopened || (before?.IsReopened ?? false);
        var attempts = Outcomes(task);
        tasks[id] = new(state, reopened, attempts);
        return FinalStateLeft(before, state, reopened) ?? EndOfAnother(answer, state) ?? Holders(answer, state, attempts)
            ?? Attempts(before, task, state, reopened, attempts) ?? StartedEarly(task, state, reopened);
    }

    private static List<string> Outcomes(JsonElement task) => task.TryGetProperty("attempts", out var list)
        ? [.. list.EnumerateArray().Select(attempt => attempt.GetProperty("outcome").GetString()!)]
        : [];

    private static string? FinalStateLeft(Seen? before, string state, bool reopened) =>
        before is not null && Final.Contains(before.State) && state != before.State && state != "expired" && !(before.State == "failed" && reopened)
            ? $"invariant: a task that was {before.State} is {state}"
            : null;

    private static string? EndOfAnother(JsonElement answer, string state) => state switch
    {
        "cancelled" or "failed" when answer.GetProperty("acks").GetArrayLength() > 0 => $"invariant: a {state} task has an ack",
        "acknowledged" when answer.GetProperty("acks").GetArrayLength() == 0 => "invariant: an acknowledged task has no ack",
        _ => null,
    };

    /// <summary>Every delivery is an attempt that has ended, or the one that goes on.</summary>
    private string? Holders(JsonElement answer, string state, List<string> attempts)
    {
        var isHeld = answer.GetProperty("message").GetProperty("claimed_by").ValueKind != JsonValueKind.Null;
        return isHeld != (state == "claimed") && state is not ("acknowledged" or "expired") ? $"invariant: a task that is {state} is {(isHeld ? "held" : "not held")}"
            : !isClockSet && state is not ("acknowledged" or "expired") && answer.GetProperty("deliveries").GetInt32() != attempts.Count + (isHeld ? 1 : 0)
                ? "invariant: deliveries are not attempts"
            : null;
    }

    private static string? Attempts(Seen? before, JsonElement task, string state, bool reopened, List<string> attempts)
    {
        var used = task.GetProperty("attempts_used").GetInt32();
        return !reopened && used != attempts.Count(Counted.Contains) ? "invariant: attempts_used is not the number of attempts that count"
            : before is not null && !attempts.Take(before.Attempts.Count).SequenceEqual(before.Attempts) ? "invariant: an attempt was forgotten"
            // What is held when its channel's maximum is lowered goes on with that attempt.
            : used >= Most(task) && state is "open" or "waiting"
                ? "invariant: a task without an attempt left goes on"
            : null;
    }

    private static int Most(JsonElement task) => task.TryGetProperty("max_attempts", out var most) ? most.GetInt32() : int.MaxValue;

    private static string? StartedEarly(JsonElement task, string state, bool reopened) =>
        !reopened && state is "open" or "claimed" && task.TryGetProperty("depends_on", out var prerequisites)
            && prerequisites.EnumerateArray().Any(prerequisite => prerequisite.GetProperty("state").GetString() != "acknowledged")
            ? $"invariant: a task is {state} before its prerequisites are acknowledged"
            : null;

    private sealed record Seen(string State, bool IsReopened, List<string> Attempts);
}
