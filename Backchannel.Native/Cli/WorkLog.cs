using Backchannel.Native.Work;

namespace Backchannel.Native.Cli;

/// <summary>Shows what a runner does as one line of the log each.</summary>
internal sealed class WorkLog(StderrLog log, TimeProvider time) : IWorkDisplay
{
    public void Started(RunView run) => log.Info(WorkWords.Started(run));

    public void Ended(RunView run, RunOutcome outcome) => log.Info(WorkWords.Ended(run, outcome, time.GetElapsedTime(run.StartedAt)));

    public void Info(string message) => log.Info(message);

    public void Warning(string message) => log.Warning(message);
}
