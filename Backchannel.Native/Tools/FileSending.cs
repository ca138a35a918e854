using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Files of the sender: checks which ones may be sent, and uploads them.</summary>
internal sealed class FileSending
{
    /// <summary>Uploads files, so that a post or an ack that follows within the hour may name them.</summary>
    /// <param name="paths">As the model names them: relative to the working folder, or absolute. Null or empty: none.</param>
    /// <returns>What <c>files</c> of the request has to say; null for none.</returns>
    /// <exception cref="Mcp.ToolException">A file may not be sent, or cannot be read.</exception>
    /// <exception cref="BackchannelException">The bus refused, or could not be asked.</exception>
    public Task<IReadOnlyList<FileReference>?> PrepareAsync(BackchannelClient bus, IReadOnlyList<string>? paths, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
