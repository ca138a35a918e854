using System.Text.Json;

namespace Backchannel.Native.Mcp;

/// <summary>What a host may tell its user before a tool runs. All four are always sent, because the protocol's defaults assume the worst.</summary>
internal sealed record ToolAnnotations
{
    /// <summary>The tool changes nothing that others can see.</summary>
    public required bool ReadOnlyHint { get; init; }

    /// <summary>The tool may delete or overwrite something.</summary>
    public required bool DestructiveHint { get; init; }

    /// <summary>Repeating the same call has no further effect.</summary>
    public required bool IdempotentHint { get; init; }

    /// <summary>The tool reaches beyond this process.</summary>
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
