using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>An attempt at a task that has ended, as tools show it.</summary>
/// <param name="Outcome">One of <see cref="AttemptOutcomes"/>.</param>
internal sealed record ShownAttempt(int Number, string? Worker, string Outcome, string? Reason, string EndedAt)
{
    /// <summary>For the reasons of all attempts of one task.</summary>
    private const int MaxReasonsLength = 16_000;

    private const int LongestReason = 4_000;

    /// <summary>Each attempt with its reason; where there are many, each reason is cut alike.</summary>
    /// <returns>Null for none.</returns>
    public static IReadOnlyList<ShownAttempt>? Of(TaskView? task, int maxReasonsLength = MaxReasonsLength)
    {
        if (task?.Attempts is not { Count: > 0 } attempts)
        {
            return null;
        }

        var most = Math.Min(LongestReason, Math.Max(20, maxReasonsLength / attempts.Count));
        return
        [
            .. attempts.Select(attempt => new ShownAttempt(
                attempt.Number,
                ShownText.Name(attempt.Worker?.Name),
                attempt.Outcome,
                attempt.Reason is { } reason ? ShownText.Lines(reason, most) : null,
                attempt.EndedAt)),
        ];
    }
}
