using System.Buffers;
using System.Text.Json;
using Backchannel.Native.Mcp;

namespace Backchannel.Native.Cli;

/// <summary>Turns <c>--name value</c> pairs of a shell into the JSON object that a tool takes.</summary>
/// <remarks>Whether the arguments fit is the tool's own check, the same as over MCP; only their JSON kind is decided here.</remarks>
internal static class CallArguments
{
    /// <summary>The value that means standard input. <c>--name=-</c> is the character itself.</summary>
    public const string FromInput = "-";

    private const string List = "array";

    /// <summary>Whether a token names a parameter.</summary>
    public static bool IsName(string token) => token.Length > 2 && token.StartsWith("--", StringComparison.Ordinal);

    /// <param name="tool">Its input schema says which values are numbers, booleans, objects or lists.</param>
    /// <param name="tokens">What stands behind the tool's name: <c>--name value</c> or <c>--name=value</c>; <c>-</c> and <c>_</c> are the same in a name.</param>
    /// <param name="readInput">Reads standard input for the parameter it is given; at most once.</param>
    /// <exception cref="SettingsException">A token is neither a name nor the value of one, or a name stands there twice and takes one value.</exception>
    public static async Task<JsonElement> ParseAsync(Tool tool, IReadOnlyList<string> tokens, Func<string, Task<string>> readInput)
    {
        using var schema = JsonDocument.Parse(tool.InputSchema.ToArray());
        var properties = schema.RootElement.GetProperty("properties"u8);
        var values = new List<(string Typed, string Name, string Value)>();
        string? read = null;
        foreach (var (typed, name, value) in Pairs(tool, tokens))
        {
            if (TypeOf(properties, name) != List && values.Any(earlier => earlier.Name == name))
            {
                throw new SettingsException($"{typed} is given twice; it takes one value.");
            }

            if (value is null && read is not null)
            {
                throw new SettingsException(read == typed
                    ? $"{typed} is - twice, and standard input can be read only once."
                    : $"{read} and {typed} are both -, and standard input can be read only once.");
            }

            read = value is null ? typed : read;
            values.Add((typed, name, value ?? await readInput(typed)));
        }

        return ToJson(properties, values);
    }

    private static JsonElement ToJson(JsonElement properties, IReadOnlyList<(string Typed, string Name, string Value)> values)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            foreach (var parameter in values.GroupBy(static value => value.Name))
            {
                writer.WritePropertyName(parameter.Key);
                var (typed, _, value) = parameter.First();
                if (TypeOf(properties, parameter.Key) is var type && type == List)
                {
                    ListValue.Write(writer, typed, parameter.Select(static value => value.Value));
                }
                else
                {
                    WriteValue(writer, value, type);
                }
            }

            writer.WriteEndObject();
        }

        using var document = JsonDocument.Parse(json.WrittenMemory);
        return document.RootElement.Clone();
    }

    /// <summary>Each name as typed and as the tool has it, with its value; null for standard input.</summary>
    private static IEnumerable<(string Typed, string Name, string? Value)> Pairs(Tool tool, IReadOnlyList<string> tokens)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            if (!IsName(token))
            {
                throw new SettingsException($"'{token}' has no name before it. Write: call {tool.Name} --NAME VALUE");
            }

            var equals = token.IndexOf('=', StringComparison.Ordinal);
            var typed = equals < 0 ? token : token[..equals];
            var name = typed[2..].Replace('-', '_');
            if (equals >= 0)
            {
                yield return (typed, name, token[(equals + 1)..]);
            }
            else if (i + 1 < tokens.Count)
            {
                var value = tokens[++i];
                yield return (typed, name, value == FromInput ? null : value);
            }
            else
            {
                throw new SettingsException($"{token} has no value. Write: call {tool.Name} {token} VALUE");
            }
        }
    }

    private static string? TypeOf(JsonElement properties, string name) =>
        properties.TryGetProperty(name, out var property) && property.TryGetProperty("type"u8, out var type) && type.ValueKind == JsonValueKind.String
            ? type.GetString()
            : null;

    // A value that does not parse is passed on as text: the tool then says what the parameter takes.
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
