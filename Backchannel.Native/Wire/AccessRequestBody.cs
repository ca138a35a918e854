using System.Text.Json.Serialization;

namespace Backchannel.Native.Wire;

/// <summary>Body of <c>POST /v1/channels/{channel}/access-requests</c>.</summary>
internal sealed record AccessRequestBody(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null);
