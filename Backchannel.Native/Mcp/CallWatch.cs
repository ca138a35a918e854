using System.Text.Json;

namespace Backchannel.Native.Mcp;

/// <summary>Hears of a call of a tool before it runs.</summary>
/// <param name="tool">Name of the tool.</param>
/// <param name="arguments">As they were checked.</param>
/// <param name="threadId">See <see cref="ToolCall.ThreadId"/>.</param>
/// <returns>Hears how it ended: its result, or nothing where it failed or reached nobody. Null: nobody wants to know.</returns>
internal delegate Action<ReadOnlyMemory<byte>>? CallWatch(string tool, JsonElement arguments, string? threadId);
