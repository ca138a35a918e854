using Backchannel.Native.JsonRpc;

namespace Backchannel.Native.Mcp;

/// <summary>The client no longer wants an answer.</summary>
internal static class CancelledNotification
{
    /// <summary>The request to cancel; null when the notification is malformed, which is ignored.</summary>
    public static RequestId? ReadRequestId(ReadOnlySpan<byte> notificationParams)
    {
        var member = JsonMember.Find(notificationParams, "requestId");
        return member.Exists && RequestId.TryParse(member.Value, out var id) ? id : null;
    }
}
