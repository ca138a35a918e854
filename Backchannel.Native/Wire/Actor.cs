using System.Text.Json;

namespace Backchannel.Native.Wire;

/// <summary>An actor as any key sees it.</summary>
internal sealed record Actor(
    string Id,
    string OwnerId,
    string CreatedByKeyId,
    string Name,
    string Description,
    JsonElement Metadata,
    IReadOnlyList<string> Aliases,
    string CreatedAt,
    string UpdatedAt);
