namespace Backchannel.Native.JsonRpc;

/// <summary>What a message is, decided by which members are present.</summary>
internal enum JsonRpcMessageKind
{
    Request,
    Notification,

    /// <summary>Has <c>result</c> or <c>error</c> and no <c>method</c>. This side never asks, so nobody waits for it.</summary>
    Response,

    /// <summary>To be answered with <see cref="JsonRpcMessage.FaultCode"/>.</summary>
    Invalid,
}
