using System.Text.Json;

namespace Backchannel.Native.Mcp;

/// <summary>Arguments that fit their schema.</summary>
/// <param name="Arguments">A JSON object.</param>
/// <param name="Note">What was taken otherwise than it came, for the caller to read; null: nothing.</param>
internal sealed record CheckedArguments(JsonElement Arguments, string? Note);
