using System.Text.Json;
using System.Text.Json.Serialization;

namespace Backchannel.Native.Wire;

/// <summary>Body of <c>POST /v1/channels/{channel}/messages</c>.</summary>
/// <param name="Content">Not blank; at most <see cref="Limits.MaxContentBytes"/>.</param>
/// <param name="Metadata">A JSON object.</param>
/// <param name="ActorLabel">What the poster calls itself.</param>
/// <param name="Actor">Id or alias of an own actor, which the bus then vouches for.</param>
internal sealed record PostMessageRequest(
    string Content,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Metadata = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ActorLabel = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Actor = null);
