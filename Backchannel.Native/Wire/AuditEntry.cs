using System.Text.Json;

namespace Backchannel.Native.Wire;

/// <summary>One line of the audit trail.</summary>
/// <param name="EventType">One of <see cref="AuditTypes"/>.</param>
internal sealed record AuditEntry(
    string Id,
    string OccurredAt,
    string? ActorKeyId,
    string? SubjectKeyId,
    string EventType,
    string? RemoteAddr,
    JsonElement Detail);

/// <summary>Answer of <c>GET /v1/security/audit</c>.</summary>
internal sealed record AuditTrail(IReadOnlyList<AuditEntry> Data, int Count);

/// <summary>The values of <c>event_type</c> in the audit trail.</summary>
internal static class AuditTypes
{
    public const string KeyIssued = "key.issue";
    public const string KeyIssuedByAdmin = "key.issue.admin";
    public const string KeyRevoked = "key.revoke";
}
