using System.Globalization;
using System.Text;

namespace Backchannel.Native.Files;

/// <summary>Makes a name that somebody else chose safe to create a file with, on every system.</summary>
internal static class SafeFileName
{
    private const string Otherwise = "file";

    /// <summary>An ending that is longer is cut like the rest of the name.</summary>
    private const int MaxExtensionBytes = 16;

    /// <summary>Names of devices on Windows, there with any ending. COM and LPT take a digit, also a raised one.</summary>
    private static readonly string[] Devices = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

    /// <summary>The last part of a path, without control characters, without a dot in front, and no name of a device.</summary>
    /// <param name="maxBytes">Longest name in bytes of UTF-8; the ending is kept.</param>
    public static string Of(string name, int maxBytes)
    {
        var trimmed = name.TrimEnd('/', '\\', ' ');
        var safe = new StringBuilder();
        foreach (var rune in trimmed[(trimmed.LastIndexOfAny(['/', '\\']) + 1)..].EnumerateRunes())
        {
            safe.Append(IsAllowed(rune) ? rune.ToString() : "_");
        }

        // Windows drops dots and blanks at the end; a hyphen in front looks like an option to a command.
        var text = Cut(safe.ToString().TrimStart('.', ' ').TrimEnd('.', ' '), maxBytes - 1);
        return text.Length == 0 ? Otherwise
            : text[0] == '-' || IsDevice(text) ? "_" + text
            : text;
    }

    /// <summary>Puts a number before the ending, so that two files with one name can lie in one folder.</summary>
    public static string Numbered(string name, int number)
    {
        var extension = Path.GetExtension(name);
        return string.Create(CultureInfo.InvariantCulture, $"{name[..^extension.Length]}-{number}{extension}");
    }

    // Format characters can turn the order of a text around, so that it reads as another name; line and paragraph separators end a line.
    private static bool IsAllowed(Rune rune) =>
        rune != Rune.ReplacementChar
        && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate)
        && !"<>:\"|?*".Contains((char)Math.Min(rune.Value, char.MaxValue), StringComparison.Ordinal);

    private static bool IsDevice(string name)
    {
        var stem = name.Split('.', 2)[0].TrimEnd(' ').ToUpperInvariant();
        return Devices.Contains(stem)
            || (stem.Length == 4 && stem[..3] is "COM" or "LPT" && "0123456789\u00b9\u00b2\u00b3".Contains(stem[3], StringComparison.Ordinal));
    }

    private static string Cut(string text, int maxBytes)
    {
        if (Encoding.UTF8.GetByteCount(text) <= maxBytes)
        {
            return text;
        }

        var extension = Path.GetExtension(text);
        if (Encoding.UTF8.GetByteCount(extension) > MaxExtensionBytes)
        {
            extension = "";
        }

        var room = maxBytes - Encoding.UTF8.GetByteCount(extension);
        var stem = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            room -= rune.Utf8SequenceLength;
            if (room < 0)
            {
                break;
            }

            stem.Append(rune.ToString());
        }

        return stem.ToString().TrimEnd('.', ' ') + extension;
    }
}
