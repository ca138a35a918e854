using System.Text.Json.Serialization;

namespace Backchannel.Native.Wire;

/// <summary>A key's wish to be let into a restricted channel.</summary>
/// <param name="RequesterOwnerId">What the key is called, where names were asked for. An addition of this program's bus.</param>
/// <param name="Status"><c>pending</c>, <c>approved</c> or <c>denied</c>.</param>
internal sealed record AccessRequest(
    string Id,
    string ChannelId,
    string RequesterKeyId,
    string Reason,
    string Status,
    string CreatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? RequesterOwnerId = null);
