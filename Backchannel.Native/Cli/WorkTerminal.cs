using System.Text;
using Backchannel.Native.Work;

namespace Backchannel.Native.Cli;

/// <summary>Shows what a runner does on a terminal: a line that lives for each task that runs, and above it a line for whatever has ended.</summary>
/// <remarks>Where other programs write to the terminal too, only whole lines: a drawing would go over theirs.</remarks>
/// <param name="isOwn">Whether none does.</param>
internal sealed class WorkTerminal(Stream output, Func<int> width, Func<bool> isOwn, TimeProvider time) : IWorkDisplay, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly List<RunView> running = [];
    private ITimer? timer;
    private int drawn;

    public void Started(RunView run)
    {
        lock (gate)
        {
            running.Add(run);

            // Only while something runs: an idle runner costs nothing.
            timer ??= time.CreateTimer(_ => Refresh(), null, Interval, Interval);
            Draw(isOwn() ? null : WorkWords.Started(run));
        }
    }

    public void Ended(RunView run, RunOutcome outcome)
    {
        lock (gate)
        {
            running.Remove(run);
            if (running.Count == 0)
            {
                timer?.Dispose();
                timer = null;
            }

            Draw(WorkWords.Ended(run, outcome, time.GetElapsedTime(run.StartedAt)));
        }
    }

    public void Info(string message) => Warning(message);

    public void Warning(string message)
    {
        lock (gate)
        {
            Draw(WorkWords.Clean(message));
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            timer?.Dispose();
            timer = null;
        }
    }

    private void Refresh()
    {
        lock (gate)
        {
            if (running.Count > 0)
            {
                Draw(null);
            }
        }
    }

    /// <param name="line">Stays above the living ones; null: none.</param>
    private void Draw(string? line)
    {
        var text = new StringBuilder();
        var draws = isOwn();
        if (draws)
        {
            text.Append(drawn > 0 ? $"\e[{drawn}A" : "").Append("\r\e[J");
        }

        if (line is not null)
        {
            text.Append(line).Append('\n');
        }

        // A line that the terminal wraps would take two rows, and the next drawing would begin too low.
        var most = Math.Max(20, width() - 1);
        foreach (var run in draws ? running : [])
        {
            text.Append(TextColumns.Start(WorkWords.Running(run, time.GetElapsedTime(run.StartedAt)), most)).Append('\n');
        }

        drawn = draws ? running.Count : 0;
        output.Write(Encoding.UTF8.GetBytes(text.ToString()));
        output.Flush();
    }
}
