namespace Backchannel.Native.Bus.Memory;

/// <summary>What this process knows of one session. Used under the lock of <see cref="WorkerSessions"/>.</summary>
internal sealed class SessionLife
{
    public TaskCompletionSource<string> News { get; set; } = NewSignal();

    /// <summary>The news that came while no request listened.</summary>
    public string? Missed { get; set; }

    public int OpenRequests { get; set; }

    /// <summary>Those of the open requests that are answered when there is news.</summary>
    public int Listeners { get; set; }

    /// <summary>A timestamp.</summary>
    public long LastSeen { get; set; }

    /// <summary>Whoever waits for it goes on asynchronously, not on the writer's thread.</summary>
    public static TaskCompletionSource<string> NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
