namespace Backchannel.Native.JsonRpc;

/// <summary>The protocol above JSON-RPC. But for faults, all members are called by the read loop, one at a time.</summary>
internal interface IJsonRpcHandler
{
    /// <summary>Whether an array is a batch now; otherwise it is an invalid request.</summary>
    bool AcceptsBatches { get; }

    /// <summary>Whether an error whose request id could not be read says <c>"id": null</c> now; otherwise it has no id.</summary>
    bool NullForUnreadableIds { get; }

    /// <summary>Answers a request or starts to. Bytes of the message that are needed later must be copied.</summary>
    /// <exception cref="JsonRpcException">The request is answered with this error.</exception>
    JsonRpcReply HandleRequest(in JsonRpcMessage request);

    /// <summary>Acts on a notification; an unknown one is ignored.</summary>
    /// <param name="requests">Where a request can be cancelled.</param>
    void HandleNotification(in JsonRpcMessage notification, RequestsInFlight requests);

    /// <summary>Told of each exception that was a bug; its request is answered with an internal error. From any thread.</summary>
    void HandleFault(Exception fault);
}
