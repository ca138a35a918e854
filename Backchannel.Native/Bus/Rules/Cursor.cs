using System.Globalization;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>A place in a listing: the time of the last row that the caller has seen, as text.</summary>
internal static class Cursor
{
    private const DateTimeStyles AsUtc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;

    // ISO 8601 without its separators.
    private static readonly string[] BasicForms = ["yyyyMMdd", "yyyyMMdd'T'HHmmssK"];

    /// <returns>Microseconds since 1970; null when the text is absent, empty or unreadable, which all mean no bound.</returns>
    public static long? Parse(string? text) =>
        text is { Length: >= 8 } && char.IsAsciiDigit(text[3])
        && (Timestamp.TryParse(RepairOffset(text), out var time)
            || DateTimeOffset.TryParseExact(RepairOffset(text), BasicForms, CultureInfo.InvariantCulture, AsUtc, out time))
            ? Instant.From(time)
            : null;

    /// <summary>Puts the <c>+</c> of a time offset back, which arrives as a space where the sender did not escape it.</summary>
    public static string RepairOffset(string text)
    {
        const int EndOfTime = 19;
        return text.LastIndexOf(' ') is var space and >= EndOfTime ? $"{text[..space]}+{text[(space + 1)..]}" : text;
    }
}
