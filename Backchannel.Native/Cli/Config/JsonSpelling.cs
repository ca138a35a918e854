using System.Text;
using System.Text.Json;
using Backchannel.Native.Text;

namespace Backchannel.Native.Cli.Config;

/// <summary>Spells values as JSON, spread over lines or on one.</summary>
/// <remarks>What is added stands inside its owner's file: Utf8JsonWriter begins at no indentation, and writes a line without spaces.</remarks>
internal static class JsonSpelling
{
    /// <param name="value">What to write.</param>
    /// <param name="newLine">The line break of the file.</param>
    /// <param name="unit">One step of indentation.</param>
    /// <param name="indent">The indentation of the line on which the value starts.</param>
    public static string Spread(ConfigValue value, string newLine, string unit, string indent)
    {
        var inner = indent + unit;
        return value switch
        {
            ConfigValue.Members { Values.Count: > 0 } members =>
                Lines('{', members.Values.Select(member => $"{Quote(member.Key)}: {Spread(member.Value, newLine, unit, inner)}"), '}'),
            ConfigValue.Items { Values.Count: > 0 } list => Lines('[', list.Values.Select(item => Spread(item, newLine, unit, inner)), ']'),
            ConfigValue.OneMore more => Spread(new ConfigValue.Items([more.Value]), newLine, unit, indent),
            _ => OnOneLine(value),
        };

        string Lines(char open, IEnumerable<string> items, char close) =>
            $"{open}{newLine}{string.Join("," + newLine, items.Select(item => inner + item))}{newLine}{indent}{close}";
    }

    public static string OnOneLine(ConfigValue value) =>
        value.OnOneLine(Quote, static (name, member) => $"{Quote(name)}: {OnOneLine(member)}");

    public static string Quote(string text) => $"\"{ReadableJson.Encode(text)}\"";

    /// <summary>The text that a JSON string stands for; null: it is no string.</summary>
    public static string? Unquote(string json)
    {
        using var document = JsonDocument.Parse(Encoding.UTF8.GetBytes(json), Lenient);
        try
        {
            return document.RootElement.ValueKind == JsonValueKind.String ? document.RootElement.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair is valid JSON, but not text.
            return null;
        }
    }

    /// <summary>Whether two JSON texts say the same.</summary>
    public static bool AreEqual(string left, string right)
    {
        using var one = JsonDocument.Parse(Encoding.UTF8.GetBytes(left), Lenient);
        using var other = JsonDocument.Parse(Encoding.UTF8.GetBytes(right), Lenient);
        return JsonElement.DeepEquals(one.RootElement, other.RootElement);
    }

    private static JsonDocumentOptions Lenient { get; } = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
}
