namespace Backchannel.Native.JsonRpc;

/// <summary>What a message is, decided by which members are present.</summary>
internal enum JsonRpcMessageKind
{
    Request,
    Notification,

    /// <summary>It has <c>result</c> or <c>error</c> and no <c>method</c>, and is ignored unless this side asked; or it is a malformed notification, which has no id here.</summary>
    Response,

    /// <summary>To be answered with <see cref="JsonRpcMessage.FaultCode"/>.</summary>
    Invalid,
}
