using System.Globalization;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Requests;

/// <summary>The query of a request.</summary>
internal readonly struct QueryFields
{
    private readonly List<KeyValuePair<string, string>>? fields;

    public QueryFields(ReadOnlySpan<char> query)
    {
        if (query.IsEmpty)
        {
            return;
        }

        fields = [];
        foreach (var range in query.Split('&'))
        {
            var part = query[range];
            var split = part.IndexOf('=');
            if (split > 0)
            {
                fields.Add(new(Decode(part[..split]), Decode(part[(split + 1)..])));
            }
        }
    }

    /// <summary>The first value of a name; null when it is absent.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (var field in fields ?? [])
            {
                if (field.Key == name)
                {
                    return field.Value;
                }
            }

            return null;
        }
    }

    /// <summary>Size of a page.</summary>
    /// <exception cref="ApiException">Not a whole number from 1 to 100.</exception>
    public int Limit() =>
        this["limit"] is not { } text
            ? Limits.DefaultPageSize
            : int.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var limit)
                && limit is >= 1 and <= Limits.MaxPageSize
                ? limit
                : throw InvalidLimit();

    public static ApiException InvalidLimit() => new(422, ErrorCodes.InvalidLimit, $"'limit' has to be a whole number from 1 to {Limits.MaxPageSize}.");

    /// <summary>A whole number. For requests that the reference server does not have.</summary>
    /// <returns>Null when it is absent or empty.</returns>
    /// <exception cref="ApiException">No whole number from 0 to <paramref name="most"/>.</exception>
    public int? WholeNumber(string name, int most) =>
        string.IsNullOrEmpty(this[name]) ? null
        : int.TryParse(this[name], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most ? number
        : throw new ApiException(422, ErrorCodes.InvalidField, $"'{name}' has to be a whole number from 0 to {most}.");

    /// <summary>A time. Null, which means no bound, when it is absent, empty or unreadable.</summary>
    public long? Time(string name) => Cursor.Parse(this[name]);

    /// <summary>Like <see cref="Time"/>, but an unreadable time is refused. For requests that the reference server does not have.</summary>
    /// <returns>Null when it is absent or empty.</returns>
    /// <exception cref="ApiException">Unreadable.</exception>
    public long? ReadableTime(string name) =>
        string.IsNullOrEmpty(this[name]) ? null
        : Time(name) ?? throw new ApiException(422, ErrorCodes.InvalidField, $"'{name}' has to be a time such as 2026-01-31T09:30:00Z, or a cursor of an earlier answer.");

    /// <summary>Like <see cref="Seconds"/>, but an unreadable span is refused.</summary>
    /// <exception cref="ApiException">No number, or less than zero.</exception>
    public TimeSpan ReadableSeconds(string name) =>
        string.IsNullOrEmpty(this[name]) || (double.TryParse(this[name], NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds >= 0)
            ? Seconds(name)
            : throw new ApiException(422, ErrorCodes.InvalidField, $"'{name}' has to be a number of seconds.");

    /// <summary>A span in seconds; zero when it is absent, unreadable or not positive.</summary>
    public TimeSpan Seconds(string name) =>
        double.TryParse(this[name], NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds > 0
            ? TimeSpan.FromSeconds(Math.Min(seconds, 3600))
            : TimeSpan.Zero;

    private static string Decode(ReadOnlySpan<char> text) => Uri.UnescapeDataString(text.ToString().Replace('+', ' '));
}
