using System.Buffers;
using System.Text.Json;
using Backchannel.Native.Mcp;

namespace Backchannel.Native.Cli;

/// <summary>Turns <c>--name value</c> pairs of a shell into the JSON object that a tool takes.</summary>
/// <remarks>Whether the arguments fit is the tool's own check, the same as over MCP; only their JSON kind is decided here.</remarks>
internal static class CallArguments
{
    /// <param name="tool">Its input schema says which values are numbers, booleans or objects.</param>
    /// <param name="tokens">What stands behind the tool's name: <c>--name value</c> or <c>--name=value</c>; <c>-</c> and <c>_</c> are the same in a name.</param>
    /// <exception cref="SettingsException">A token is neither a name nor the value of one.</exception>
    public static JsonElement Parse(Tool tool, IReadOnlyList<string> tokens)
    {
        using var schema = JsonDocument.Parse(tool.InputSchema.ToArray());
        var properties = schema.RootElement.GetProperty("properties"u8);
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in Pairs(tool, tokens))
            {
                writer.WritePropertyName(name);
                WriteValue(writer, value, properties.TryGetProperty(name, out var property) ? TypeOf(property) : null);
            }

            writer.WriteEndObject();
        }

        using var document = JsonDocument.Parse(json.WrittenMemory);
        return document.RootElement.Clone();
    }

    private static IEnumerable<(string Name, string Value)> Pairs(Tool tool, IReadOnlyList<string> tokens)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            if (!token.StartsWith("--", StringComparison.Ordinal) || token.Length == 2)
            {
                throw new SettingsException($"'{token}' has no name before it. Write: call {tool.Name} --NAME VALUE");
            }

            var equals = token.IndexOf('=', StringComparison.Ordinal);
            var name = (equals < 0 ? token[2..] : token[2..equals]).Replace('-', '_');
            if (equals >= 0)
            {
                yield return (name, token[(equals + 1)..]);
            }
            else if (i + 1 < tokens.Count)
            {
                yield return (name, tokens[++i]);
            }
            else
            {
                throw new SettingsException($"{token} has no value. Write: call {tool.Name} {token} VALUE");
            }
        }
    }

    private static string? TypeOf(JsonElement property) =>
        property.TryGetProperty("type"u8, out var type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null;

    // What does not parse goes on as text: the tool then says which parameter wants what.
    private static void WriteValue(Utf8JsonWriter writer, string value, string? type)
    {
        if (type is null or "string" || !IsJson(value))
        {
            writer.WriteStringValue(value);
        }
        else
        {
            writer.WriteRawValue(value);
        }
    }

    private static bool IsJson(string value)
    {
        try
        {
            using var document = JsonDocument.Parse(value);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
