using System.Globalization;
using System.Text;
using Tomlyn.Syntax;

namespace Backchannel.Native.Cli.Config;

/// <summary>Spells values as TOML.</summary>
/// <remarks>Tomlyn writes documents, not values in a given layout, and knows no quotes that leave a path of Windows readable.</remarks>
internal static class TomlSpelling
{
    public static string Value(ConfigValue value) => value.OnOneLine(Quote, Line);

    public static string Line(string name, ConfigValue value) => $"{Key(name)} = {Value(value)}";

    public static string Header(IEnumerable<string> path) => $"[{string.Join(".", path.Select(Key))}]";

    private static string Key(string name) => BareKeySyntax.IsBareKey(name) ? name : Quote(name);

    private static string Quote(string text)
    {
        // A path of Windows is readable only in the form that knows no escapes.
        if (text.Contains('\\') && !text.Any(c => c == '\'' || char.IsControl(c)))
        {
            return $"'{text}'";
        }

        var quoted = new StringBuilder("\"");
        foreach (var character in text)
        {
            _ = character switch
            {
                '"' or '\\' => quoted.Append('\\').Append(character),
                _ when char.IsControl(character) => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}"),
                _ => quoted.Append(character),
            };
        }

        return quoted.Append('"').ToString();
    }
}
