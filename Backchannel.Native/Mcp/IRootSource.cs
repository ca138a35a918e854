using Backchannel.Native.JsonRpc;

namespace Backchannel.Native.Mcp;

/// <summary>Where a tool call learns the roots of a client that has declared the capability.</summary>
internal interface IRootSource
{
    /// <param name="request">The call that needs them.</param>
    /// <exception cref="InputRequiredException">The client has to be asked by the answer to this call.</exception>
    Task<RootList> ListAsync(JsonRpcRequest request, CancellationToken cancellationToken);
}
