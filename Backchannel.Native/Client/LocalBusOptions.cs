namespace Backchannel.Native.Client;

/// <summary>Where the machine's private bus listens and how it is started.</summary>
internal sealed record LocalBusOptions
{
    /// <summary>The Unix socket; see <see cref="LocalBusFolder"/>. Lock file and database lie beside it.</summary>
    public required string SocketPath { get; init; }

    /// <summary>The program that is started with <c>serve</c>.</summary>
    public required string ExecutablePath { get; init; }

    /// <summary>Arguments before <c>serve</c>: none for the native file, the assembly's path where a runtime host is the program.</summary>
    public IReadOnlyList<string> ArgumentsPrefix { get; init; } = [];

    /// <summary>How long a started bus may take until it listens.</summary>
    /// <value>Default 10 s.</value>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
