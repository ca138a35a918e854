namespace Backchannel.Native.Client;

/// <summary>This process as the holder of tasks, on a bus that knows sessions.</summary>
internal sealed class WorkerSession
{
    // 122 bits of the system's cryptographic generator, as its documentation says. RandomNumberGenerator would load OpenSSL, 3 MB.
    private readonly Lazy<string> secret = new(static () => Guid.NewGuid().ToString("N"));

    private WorkerSession(bool isDetached) => IsDetached = isDetached;

    private WorkerSession(string secret) => this.secret = new(secret);

    /// <summary>Names the process. Never shown: who knows it can end the tasks of this process.</summary>
    public string Secret => secret.Value;

    /// <summary>The process does not live on after its claim, as a command in a shell: others of its key may end the task at once.</summary>
    public bool IsDetached { get; }

    public static WorkerSession Draw(bool isDetached) => new(isDetached);

    /// <summary>The holder of one task that any process of the same key may go on with.</summary>
    /// <param name="secret">The same in each of these processes.</param>
    public static WorkerSession Shared(ReadOnlySpan<byte> secret) => new(Convert.ToHexStringLower(secret));
}
