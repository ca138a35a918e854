using System.Text.Json;

namespace Backchannel.Native.Mcp;

/// <summary>What may be meant by a text that is being typed.</summary>
/// <param name="Values">All that is known, best first; more than <see cref="MaxValues"/> are cut when they are sent.</param>
/// <param name="IsWhole">False: there may be more that nobody has read.</param>
internal sealed record Completion(IReadOnlyList<string> Values, bool IsWhole = true)
{
    /// <summary>The protocol allows no more in one answer.</summary>
    private const int MaxValues = 100;

    public static Completion None { get; } = new([]);

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("completion"u8);
        json.WriteStartArray("values"u8);
        foreach (var value in Values.Take(MaxValues))
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
        if (IsWhole)
        {
            json.WriteNumber("total"u8, Values.Count);
        }

        json.WriteBoolean("hasMore"u8, Values.Count > MaxValues || !IsWhole);
        json.WriteEndObject();
    }
}
