namespace Backchannel.Native.Wire;

/// <summary>The form of every time on the wire.</summary>
/// <remarks>
/// UTC, ISO 8601, six fractional digits and <c>+00:00</c>: <c>2026-04-06T14:00:00.123456+00:00</c>. Equal lengths sort by text
/// as they sort by time. Times are passed on as the strings they came as: a cursor must go back character for character.
/// </remarks>
internal static class Timestamp
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.ffffff'+00:00'";

    /// <summary>Formats a time; what is finer than a microsecond is cut.</summary>
    public static string ToText(DateTimeOffset time) =>
        time.UtcDateTime.ToString(Format, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Reads a time of the wire, with or without a fraction.</summary>
    public static bool TryParse(string? text, out DateTimeOffset time) =>
        DateTimeOffset.TryParse(
            text,
            System.Globalization.CultureInfo.InvariantCulture,
            System.Globalization.DateTimeStyles.AssumeUniversal | System.Globalization.DateTimeStyles.AdjustToUniversal,
            out time);

    /// <summary>The last microsecond before a time: as a cursor it still finds what was created at that time.</summary>
    /// <returns>Null for what is no time.</returns>
    public static string? JustBefore(string text) =>
        TryParse(text, out var time) ? ToText(time.AddMicroseconds(-1)) : null;
}
