using Backchannel.Native.Client;
using Backchannel.Native.Mcp;

namespace Backchannel.Native.Tools;

/// <summary>Seals ids of tasks with the key of the bus: an id of another key is unknown, and one that was changed too.</summary>
internal static class TaskIdSeal
{
    /// <exception cref="ToolException">There is no key.</exception>
    public static async ValueTask<byte[]> SealAsync(BackchannelClient client, ReadOnlyMemory<byte> text, CancellationToken cancellationToken)
    {
        try
        {
            return await client.Connection.DeriveSecretAsync("id of a task", text, cancellationToken);
        }
        catch (BackchannelException exception)
        {
            throw new ToolException(ErrorText.For(exception), exception);
        }
    }
}
