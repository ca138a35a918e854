namespace Backchannel.Native.Work;

/// <summary>What a runner is asked to do.</summary>
internal sealed record WorkOrder
{
    /// <summary>Names or ids of channels.</summary>
    public required IReadOnlyList<string> Channels { get; init; }

    /// <summary>The program and its arguments, <see cref="CommandLine.Task"/> among them if the task is to be an argument.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>The agent host that is called, whose answer tells the result; null: any command.</summary>
    public AgentHost? Host { get; init; }

    /// <summary>Where commands run, a full path.</summary>
    public required string Folder { get; init; }

    /// <summary>The file of this program.</summary>
    public required string Executable { get; init; }

    /// <summary>The user's home folder, below which worktrees are made; null: there is none.</summary>
    public string? Home { get; init; }

    /// <summary>Whether the bus is this user's own on this machine: everybody who reaches it is the user.</summary>
    public bool IsLocal { get; init; }

    /// <summary>Ids of keys besides the own one whose tasks are run.</summary>
    public IReadOnlyList<string> From { get; init; } = [];

    public bool AnySender { get; init; }

    /// <summary>How many tasks run at once.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>Tasks after which the runner ends; null: no limit.</summary>
    public int? MaxTasks { get; init; }

    /// <summary>Ends when no task has come for this long; null: never.</summary>
    public TimeSpan? IdleExit { get; init; }

    /// <summary>Longest time of one run; null: no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How long a runner that is told to end waits for what runs.</summary>
    public TimeSpan Grace { get; init; }

    public bool UsesWorktree { get; init; }

    /// <summary>Whether the last line of output is sent as a progress note.</summary>
    public bool SendsProgress { get; init; } = true;
}
