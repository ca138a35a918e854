using Backchannel.Native.JsonRpc;

namespace Backchannel.Native.Mcp;

/// <summary>The roots of a stateless request: a call without them is answered with the question, and comes again with the answer.</summary>
/// <param name="responses">The <c>inputResponses</c> of the request; null: it has none yet.</param>
internal sealed class InputRoots(byte[]? responses) : IRootSource
{
    /// <summary>Names question and answer.</summary>
    public const string Key = "roots";

    private static readonly InputRoots Unasked = new(null);

    /// <returns>Null: the client has not declared roots.</returns>
    /// <exception cref="JsonRpcException">The request is malformed.</exception>
    public static InputRoots? Read(in RequestParams requestParams, RequestMeta meta)
    {
        var responses = requestParams.InputResponses;
        return !responses.IsAbsentOrNull && !responses.IsObject
                ? throw new JsonRpcException(JsonRpcErrorCode.InvalidParams, "The inputResponses of tools/call must be an object.")
            : !JsonMember.Find(meta.ClientCapabilities.Value, "roots").IsObject ? null
            : responses.IsObject ? new(responses.Value.ToArray())
            : Unasked;
    }

    // A client that came again without the answer is not asked once more, or the two would never end.
    public Task<RootList> ListAsync(JsonRpcRequest request, CancellationToken cancellationToken) => responses is null
        ? throw new InputRequiredException()
        : Task.FromResult(RootList.Read(JsonMember.Find(responses, Key).Value));
}
