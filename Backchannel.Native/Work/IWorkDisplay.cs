namespace Backchannel.Native.Work;

/// <summary>Shows the user what a runner does.</summary>
internal interface IWorkDisplay
{
    void Started(RunView run);

    void Ended(RunView run, RunOutcome outcome);

    void Info(string message);

    void Warning(string message);
}

/// <summary>A run as it is shown.</summary>
/// <param name="From">Who posted the task, cleaned.</param>
/// <param name="StartedAt">A timestamp of the clock.</param>
internal sealed record RunView(string MessageId, string From, long StartedAt)
{
    /// <summary>The last line of its output; not cleaned.</summary>
    public Func<string?> Note { get; init; } = static () => null;
}
