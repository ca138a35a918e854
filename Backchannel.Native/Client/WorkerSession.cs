using System.Security.Cryptography;

namespace Backchannel.Native.Client;

/// <summary>This process as the holder of tasks, on a bus that knows sessions.</summary>
/// <param name="Secret">Names the process. Never shown: who knows it can end the tasks of this process.</param>
/// <param name="IsDetached">The process does not live on after its claim, as a command in a shell: others of its key may end the task at once.</param>
internal sealed record WorkerSession(string Secret, bool IsDetached)
{
    private const int SecretBytes = 16;

    public static WorkerSession Draw(bool isDetached) =>
        new(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes)), isDetached);

    /// <summary>Without the secret.</summary>
    public override string ToString() => nameof(WorkerSession);
}
