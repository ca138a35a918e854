using System.Globalization;

namespace Backchannel.Native.Client;

/// <summary>The query of a path, percent-encoded.</summary>
internal static class QueryString
{
    /// <param name="parameters">Those without a value are left out.</param>
    /// <returns>With its question mark; empty where nothing is left.</returns>
    public static string Of(params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var query = "";
        foreach (var (name, value) in parameters)
        {
            if (value is not null)
            {
                query += $"{(query.Length == 0 ? '?' : '&')}{name}={Uri.EscapeDataString(value)}";
            }
        }

        return query;
    }

    public static string? Text(int? number) => number?.ToString(CultureInfo.InvariantCulture);

    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <returns>Seconds; null for no time at all.</returns>
    public static string? Text(TimeSpan time) => time > TimeSpan.Zero ? time.TotalSeconds.ToString(CultureInfo.InvariantCulture) : null;
}
