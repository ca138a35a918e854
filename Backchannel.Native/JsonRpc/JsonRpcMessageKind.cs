namespace Backchannel.Native.JsonRpc;

/// <summary>What a message is, decided by which members are present.</summary>
internal enum JsonRpcMessageKind
{
    Request,
    Notification,

    /// <summary>To be ignored: it has <c>result</c> or <c>error</c> and no <c>method</c>, and this side sends no requests; or it is a malformed notification.</summary>
    Response,

    /// <summary>To be answered with <see cref="JsonRpcMessage.FaultCode"/>.</summary>
    Invalid,
}
