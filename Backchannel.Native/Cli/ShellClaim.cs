using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Backchannel.Native.Mcp;

namespace Backchannel.Native.Cli;

/// <summary>What a claim from a shell lacks: the process that made it is gone, and nobody renews its lease.</summary>
internal static class ShellClaim
{
    public const string Help = "From a shell the claim is not renewed: it ends after --lease-seconds, and then another worker gets the task.";

    private const string Tool = "claim_task";

    public static bool IsMadeBy(Tool tool) => tool.Name == Tool;

    /// <summary>Adds to the answer of <c>claim_task</c> when the claim ends; any other answer comes back as it is.</summary>
    public static ReadOnlyMemory<byte> Explain(Tool tool, ReadOnlyMemory<byte> result)
    {
        if (!IsMadeBy(tool))
        {
            return result;
        }

        using var document = JsonDocument.Parse(result);
        if (!document.RootElement.TryGetProperty("lease_expires_at"u8, out var end))
        {
            return result;
        }

        var note = $"This claim comes from a shell: nobody renews it, and it ends at {end.GetString()}. Call ack_task before that. A longer one: --lease-seconds, at most 3600.";
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (member.NameEquals("note"u8))
                {
                    note = $"{member.Value.GetString()} {note}";
                }
                else
                {
                    member.WriteTo(writer);
                }
            }

            writer.WriteString("note"u8, note);
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
