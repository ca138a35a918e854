using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Files of the receiver: brings those of a message into a private folder, where the model can open them.</summary>
internal sealed class FileReceiving
{
    /// <summary>Downloads what a message names and is not there yet.</summary>
    /// <returns>In the order of the message; null for none. A file that cannot be had is in the list too, with the reason: the task itself must not be lost by it.</returns>
    public Task<IReadOnlyList<ReceivedFile>?> FetchAsync(BackchannelClient bus, Message message, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
