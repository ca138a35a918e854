using System.Text.Json;

namespace Backchannel.Native.Wire;

/// <summary>A small state that a key keeps on the bus for a day.</summary>
internal sealed record Session(string Id, string Name, JsonElement State, string CreatedAt, string UpdatedAt, string ExpiresAt);
