using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>How a task ended, and what is known of it.</summary>
/// <param name="State"><see cref="TaskStates.Failed"/> or <see cref="TaskStates.Cancelled"/>; of one whose time is over what <see cref="OfExpired(ErrorResponse?)"/> says.</param>
/// <param name="By">Name of the actor that ended it; null: the bus, or not known.</param>
/// <param name="At">When, a <see cref="Timestamp"/>.</param>
internal sealed record TaskEnd(string State, string? By = null, string? At = null, string? Reason = null)
{
    /// <summary>Short enough to stand in the result of another call.</summary>
    private const int MaxReasonLength = 500;

    /// <returns>Null: the task has not ended like that, as far as this refusal says.</returns>
    public static TaskEnd? Of(BackchannelException refusal) => refusal.Refusal is { TaskState: TaskStates.Failed or TaskStates.Cancelled } body
        ? new(body.TaskState, body.EndedBy, body.EndedAt, body.Reason)
        : null;

    /// <returns>Null: the task has not ended like that.</returns>
    public static TaskEnd? Of(TaskView? task) => task is { State: TaskStates.Failed or TaskStates.Cancelled }
        ? new(task.State, task.EndedBy?.Name, task.EndedAt, task.Reason)
        : null;

    /// <summary>What a task was when its time was over: acknowledged, failed, cancelled, or <see cref="TaskStates.Expired"/> for none of these.</summary>
    /// <returns>Null: the bus does not say.</returns>
    public static TaskEnd? OfExpired(ErrorResponse? refusal) => OfExpired(refusal?.TaskState, refusal?.EndedBy, refusal?.EndedAt, refusal?.Reason);

    /// <inheritdoc cref="OfExpired(ErrorResponse?)"/>
    public static TaskEnd? OfExpired(string? state, string? by, string? at, string? reason) => state is null ? null : new(state, by, at, reason);

    /// <summary>What became of the task, to stand behind its name: "was cancelled by poster at TIME: REASON.".</summary>
    public string Describe()
    {
        var by = ShownText.Name(By) is { } name ? $" by {name}" : "";
        var at = At is null ? "" : $" at {At}";
        return $"{(State == TaskStates.Cancelled ? $"was cancelled{by}" : "has failed")}{at}{Because()}";
    }

    /// <summary>For a worker that does not know it yet.</summary>
    public string Tell(string messageId) =>
        $"Task {messageId}, which you hold, {(State == TaskStates.Cancelled ? "was cancelled" : "has failed")}{Because()} Stop working on it.";

    private string Because()
    {
        var reason = string.IsNullOrWhiteSpace(Reason) ? null : ShownText.Clean(Reason, MaxReasonLength).TrimEnd('.', ' ');
        return reason is null ? "." : $": {reason}.";
    }
}
