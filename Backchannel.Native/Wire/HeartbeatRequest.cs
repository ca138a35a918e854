using System.Text.Json.Serialization;

namespace Backchannel.Native.Wire;

/// <summary>Body of <c>POST /v1/leases/{token}/heartbeat</c>.</summary>
/// <param name="LeaseSeconds">The lease runs out this long after the answer.</param>
/// <param name="Session">Only to a bus that offers <see cref="Additions.TaskSessions"/>: the session that claimed.</param>
internal sealed record HeartbeatRequest(
    int LeaseSeconds,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Session = null);
