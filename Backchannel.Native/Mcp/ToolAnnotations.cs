using System.Text.Json;

namespace Backchannel.Native.Mcp;

/// <summary>What a host may tell its user before a tool runs. All four are stated: the protocol's defaults are pessimistic.</summary>
internal sealed record ToolAnnotations
{
    /// <summary>Changes nothing anybody else could see.</summary>
    public required bool ReadOnlyHint { get; init; }

    /// <summary>May delete or overwrite.</summary>
    public required bool DestructiveHint { get; init; }

    /// <summary>Repeating the same call has no further effect.</summary>
    public required bool IdempotentHint { get; init; }

    /// <summary>Reaches beyond this process.</summary>
    public required bool OpenWorldHint { get; init; }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteBoolean("readOnlyHint"u8, ReadOnlyHint);
        json.WriteBoolean("destructiveHint"u8, DestructiveHint);
        json.WriteBoolean("idempotentHint"u8, IdempotentHint);
        json.WriteBoolean("openWorldHint"u8, OpenWorldHint);
        json.WriteEndObject();
    }
}
