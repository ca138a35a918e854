using System.Buffers;
using System.Text.Json;

namespace Backchannel.Native.Cli;

/// <summary>What a shell gives for a parameter that takes a list of texts: one value or several, each with one entry, several between commas or on lines, or a JSON list.</summary>
internal static class ListValue
{
    /// <param name="typed">The parameter as typed.</param>
    /// <exception cref="SettingsException">An entry is empty, or a JSON list is broken.</exception>
    public static void Write(Utf8JsonWriter writer, string typed, IEnumerable<string> values)
    {
        writer.WriteStartArray();
        foreach (var value in values)
        {
            if (value.AsSpan().TrimStart().StartsWith("["))
            {
                WriteJson(writer, typed, value);
                continue;
            }

            foreach (var entry in value.Trim().Split([',', '\n'], StringSplitOptions.TrimEntries))
            {
                // Most likely a variable of the shell that is not set: without the entry the call would mean something else.
                writer.WriteStringValue(entry.Length > 0 ? entry : throw new SettingsException($"{typed} has an empty entry in '{value}'. Leave {typed} out for none."));
            }
        }

        writer.WriteEndArray();
    }

    /// <summary>Reads a list of texts, each once.</summary>
    /// <exception cref="SettingsException">An entry is empty or no text, or a JSON list is broken.</exception>
    public static IReadOnlyList<string> Read(string typed, string value)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            Write(writer, typed, [value]);
        }

        using var document = JsonDocument.Parse(json.WrittenMemory);
        return [.. document.RootElement.EnumerateArray().Select(Text).Distinct()];

        string Text(JsonElement entry) => entry.ValueKind is JsonValueKind.String && entry.GetString() is { Length: > 0 } text
            ? text
            : throw new SettingsException($"{typed} is '{value}', and not each of its entries is a text.");
    }

    // The kind of the entries is the tool's own check.
    private static void WriteJson(Utf8JsonWriter writer, string typed, string value)
    {
        try
        {
            using var document = JsonDocument.Parse(value);
            foreach (var entry in document.RootElement.EnumerateArray())
            {
                entry.WriteTo(writer);
            }
        }
        catch (JsonException)
        {
            throw new SettingsException($"{typed} is '{value}', which begins like a JSON list and is none. Write {typed} A,B or {typed} '[\"A\",\"B\"]'");
        }
    }
}
