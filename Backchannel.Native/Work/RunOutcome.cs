namespace Backchannel.Native.Work;

/// <summary>How a run ended.</summary>
/// <param name="Kind">What is reported.</param>
/// <param name="Text">The result, or the reason; null: none.</param>
internal sealed record RunOutcome(RunOutcomeKind Kind, string? Text = null)
{
    public const string OutputName = "output.txt";

    /// <summary>Files that go with a result, in the run's folder.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>What goes with a result as the file <see cref="OutputName"/>: opens it, and tells its length. Null: nothing.</summary>
    public (Func<Stream> Open, long Length)? Output { get; init; }

    /// <summary>That folder; null where there are no files.</summary>
    public RunFolder? Folder { get; init; }

    /// <summary>Whether the command says that a program is missing, or the agent that it is not logged in: then other tasks may fail in the same way.</summary>
    public bool MissesProgram { get; init; }

    /// <summary>The id under which the agent's session can be continued; null: none.</summary>
    public string? AgentSession { get; init; }

    public static RunOutcome Failed(string reason) => new(RunOutcomeKind.Failed, reason);

    public static RunOutcome ToRetry(string reason) => new(RunOutcomeKind.ToRetry, reason);

    public static RunOutcome GivenBack(string why) => new(RunOutcomeKind.GivenBack, why);
}

internal enum RunOutcomeKind
{
    /// <summary>Done.</summary>
    Acknowledged,

    /// <summary>Failed for good.</summary>
    Failed,

    /// <summary>Failed; another attempt may follow.</summary>
    ToRetry,

    /// <summary>Nothing is wrong with the task: another worker gets it, and no attempt counts.</summary>
    GivenBack,

    /// <summary>It was cancelled, or the bus gave it to another worker: there is nothing to report.</summary>
    Lost,
}
