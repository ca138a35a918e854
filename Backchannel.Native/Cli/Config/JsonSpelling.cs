using System.Text;
using System.Text.Json;
using Backchannel.Native.Text;

namespace Backchannel.Native.Cli.Config;

/// <summary>Spells values as JSON, spread over lines or on one.</summary>
internal static class JsonSpelling
{
    /// <param name="value">What to write.</param>
    /// <param name="newLine">The line break of the file.</param>
    /// <param name="unit">One step of indentation.</param>
    /// <param name="indent">The indentation of the line on which the value starts.</param>
    public static string Spread(ConfigValue value, string newLine, string unit, string indent)
    {
        if (value is not ConfigValue.Members { Values.Count: > 0 } members)
        {
            return OnOneLine(value);
        }

        var inner = indent + unit;
        var lines = members.Values.Select(member => $"{inner}{Quote(member.Key)}: {Spread(member.Value, newLine, unit, inner)}");
        return $"{{{newLine}{string.Join("," + newLine, lines)}{newLine}{indent}}}";
    }

    public static string OnOneLine(ConfigValue value) =>
        value.OnOneLine(Quote, static (name, member) => $"{Quote(name)}: {OnOneLine(member)}");

    public static string Quote(string text) => $"\"{ReadableJson.Encode(text)}\"";

    /// <summary>Whether two JSON texts say the same.</summary>
    public static bool AreEqual(string left, string right)
    {
        var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
        using var one = JsonDocument.Parse(Encoding.UTF8.GetBytes(left), options);
        using var other = JsonDocument.Parse(Encoding.UTF8.GetBytes(right), options);
        return JsonElement.DeepEquals(one.RootElement, other.RootElement);
    }
}
