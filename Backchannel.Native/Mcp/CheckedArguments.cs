using System.Text.Json;

namespace Backchannel.Native.Mcp;

/// <summary>Arguments that fit their schema.</summary>
/// <param name="Arguments">A JSON object.</param>
/// <param name="Note">Says to the caller which values were changed; null when none was.</param>
internal sealed record CheckedArguments(JsonElement Arguments, string? Note);
