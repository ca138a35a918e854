using Backchannel.Native.Files;

namespace Backchannel.Native.Client;

/// <summary>Where the machine's private bus listens and how it is started.</summary>
internal sealed record LocalBusOptions
{
    /// <summary>The Unix socket; see <see cref="LocalBusFolder"/>. Lock file and database lie beside it.</summary>
    public required string SocketPath { get; init; }

    /// <summary>Where it logs.</summary>
    public string LogPath => Path.Combine(Path.GetDirectoryName(SocketPath)!, "bus.log");

    /// <summary>The program that is started with <c>serve</c>.</summary>
    public required string ExecutablePath { get; init; }

    /// <summary>Arguments before <c>serve</c>: none for the native file, the assembly's path where a runtime host is the program.</summary>
    public IReadOnlyList<string> ArgumentsPrefix { get; init; } = [];

    /// <summary>The user who must own the folder, the socket and the process of the bus; others are refused.</summary>
    /// <value>Default: the user of this process.</value>
    public uint UserId { get; init; } = FileStatus.OwnUserId;

    /// <summary>How long to wait for a process that holds the lock, as one does that starts the bus, and for a file system that hangs.</summary>
    /// <value>Default 9 s: below the time of one attempt, so that it is told what hinders.</value>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(9);

    /// <summary>How long a started bus may take until it listens.</summary>
    /// <value>Default 10 s.</value>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
