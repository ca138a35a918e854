namespace Backchannel.Native.JsonRpc;

/// <summary>The protocol above JSON-RPC. The read loop calls all members but <see cref="HandleFault"/>, one at a time.</summary>
internal interface IJsonRpcHandler
{
    /// <summary>Whether an array is accepted as a batch at this point of the session; otherwise it is an invalid request.</summary>
    bool AcceptsBatches { get; }

    /// <summary>Whether an error whose request id could not be read says <c>"id": null</c> at this point of the session; otherwise it has no id.</summary>
    bool NullForUnreadableIds { get; }

    /// <summary>Answers a request, or starts the work that will answer it. Bytes of the message that are needed later must be copied.</summary>
    /// <exception cref="JsonRpcException">The request is answered with this error.</exception>
    JsonRpcReply HandleRequest(in JsonRpcMessage request);

    /// <summary>Acts on a notification; an unknown one is ignored.</summary>
    /// <param name="requests">Where a request can be cancelled.</param>
    void HandleNotification(in JsonRpcMessage notification, RequestsInFlight requests);

    /// <summary>Reports an exception that was a bug. The dispatcher answers its request with an internal error. Called from any thread.</summary>
    void HandleFault(Exception fault);
}
