namespace Backchannel.Native.JsonRpc;

/// <summary>Limits of one connection.</summary>
internal sealed record JsonRpcConnectionOptions
{
    /// <summary>First size of the read buffer in bytes.</summary>
    /// <value>Default 16 KiB. At least 1. Tests use tiny buffers, so that every line is read in pieces.</value>
    public int BufferSize { get; init; } = 16 * 1024;

    /// <summary>Longest line that is served, in bytes.</summary>
    /// <value>Default 16 MiB.</value>
    public int LineLimit { get; init; } = 16 * 1024 * 1024;

    /// <summary>Most requests that are worked on at a time. Those that are answered at once do not count.</summary>
    /// <value>Default 1,024.</value>
    public int MaxRequestsInFlight { get; init; } = 1024;

    /// <summary>After the end of the input: how long requests in flight may take to finish and be answered.</summary>
    /// <value>Default 600 ms: the process must be gone within a second.</value>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromMilliseconds(600);

    /// <summary>After cancelling what is in flight: how long it may take to clean up.</summary>
    /// <value>Default 200 ms.</value>
    public TimeSpan CancelTime { get; init; } = TimeSpan.FromMilliseconds(200);
}
