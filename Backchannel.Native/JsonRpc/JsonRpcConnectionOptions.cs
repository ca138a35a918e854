namespace Backchannel.Native.JsonRpc;

/// <summary>Limits of one connection.</summary>
internal sealed record JsonRpcConnectionOptions
{
    /// <summary>Bytes of the read buffer to begin with.</summary>
    /// <value>Default 16 KiB. At least 1; tests use tiny ones to force every split.</value>
    public int BufferSize { get; init; } = 16 * 1024;

    /// <summary>Longest line in bytes that is served.</summary>
    /// <value>Default 16 MiB.</value>
    public int LineLimit { get; init; } = 16 * 1024 * 1024;

    /// <summary>Most requests that are worked on at a time; those answered at once do not count.</summary>
    /// <value>Default 1,024.</value>
    public int MaxRequestsInFlight { get; init; } = 1024;

    /// <summary>After the end of the input: how long requests in flight may take to finish and be answered.</summary>
    /// <value>Default 600 ms: the process must be gone within a second.</value>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromMilliseconds(600);

    /// <summary>After cancelling what is in flight: how long it may take to clean up.</summary>
    /// <value>Default 200 ms.</value>
    public TimeSpan CancelTime { get; init; } = TimeSpan.FromMilliseconds(200);
}
