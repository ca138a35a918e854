namespace Backchannel.Native.JsonRpc;

/// <summary>The request is answered with a JSON-RPC error. Code and text go to the caller as they are.</summary>
/// <param name="code">One of <see cref="JsonRpcErrorCode"/>, or a code of the protocol above.</param>
/// <param name="message">One short sentence without secrets or internals.</param>
/// <param name="errorData">The error's <c>data</c> as one JSON value in UTF-8; empty when there is none.</param>
internal sealed class JsonRpcException(int code, string message, ReadOnlyMemory<byte> errorData = default) : Exception(message)
{
    public int Code => code;

    /// <summary>A bug on this side: the caller learns no more, the operator reads the rest in the log. The only place that turns a bug into an error.</summary>
    public static JsonRpcException OfBug() => new(JsonRpcErrorCode.InternalError, "Internal error.");

    public ReadOnlyMemory<byte> ErrorData => errorData;
}
