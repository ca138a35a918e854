using System.Text.Json;

namespace Backchannel.Native.Mcp;

/// <summary>What a host may tell its user before a tool runs.</summary>
/// <remarks>What the protocol assumes anyway is not sent: every byte of the list is paid for by each session.</remarks>
internal sealed record ToolAnnotations
{
    /// <summary>Of a tool that only looks.</summary>
    public static ToolAnnotations Look { get; } = new() { ReadOnlyHint = true, DestructiveHint = false, IdempotentHint = true, OpenWorldHint = true };

    /// <summary>Of a tool that adds or changes something, once more with each call.</summary>
    public static ToolAnnotations Change { get; } = new() { ReadOnlyHint = false, DestructiveHint = false, IdempotentHint = false, OpenWorldHint = true };

    /// <summary>Of a tool that changes something once, however often it is called.</summary>
    public static ToolAnnotations ChangeOnce { get; } = Change with { IdempotentHint = true };

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
        if (ReadOnlyHint)
        {
            // The protocol ignores the next two then.
            json.WriteBoolean("readOnlyHint"u8, true);
        }
        else
        {
            WriteUnlessDefault(json, "destructiveHint"u8, DestructiveHint, true);
            WriteUnlessDefault(json, "idempotentHint"u8, IdempotentHint, false);
        }

        WriteUnlessDefault(json, "openWorldHint"u8, OpenWorldHint, true);
        json.WriteEndObject();
    }

    private static void WriteUnlessDefault(Utf8JsonWriter json, ReadOnlySpan<byte> name, bool value, bool usual)
    {
        if (value != usual)
        {
            json.WriteBoolean(name, value);
        }
    }
}
