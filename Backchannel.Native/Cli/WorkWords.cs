using System.Globalization;
using Backchannel.Native.Tools;
using Backchannel.Native.Work;

namespace Backchannel.Native.Cli;

/// <summary>How runs are told to the user. What comes from tasks and commands is cleaned: no control character reaches the terminal.</summary>
internal static class WorkWords
{
    private const int MaxLength = 200;

    public static string Started(RunView run) => $"task {run.MessageId} from {Clean(run.From)}: started";

    public static string Ended(RunView run, RunOutcome outcome, TimeSpan took)
    {
        var what = outcome.Kind switch
        {
            RunOutcomeKind.Acknowledged => "done",
            RunOutcomeKind.Failed => "failed",
            RunOutcomeKind.ToRetry => "failed, may be tried again",
            RunOutcomeKind.GivenBack => "given back",
            _ => "no longer held here",
        };
        return $"task {run.MessageId} from {Clean(run.From)}: {what} after {Seconds(took)}: {Clean(outcome.Text ?? "")}";
    }

    /// <remarks>Ids of tasks posted together differ at their ends.</remarks>
    public static string Running(RunView run, TimeSpan since) => $"{run.MessageId[^Math.Min(8, run.MessageId.Length)..]} from {Clean(run.From)}, {Seconds(since)}: {Clean(run.Note() ?? "")}";

    public static string Clean(string text) => ShownText.Clean(text, MaxLength);

    private static string Seconds(TimeSpan time) => time.TotalSeconds < 100
        ? $"{time.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s"
        : $"{time.TotalMinutes.ToString("0", CultureInfo.InvariantCulture)} min";
}
