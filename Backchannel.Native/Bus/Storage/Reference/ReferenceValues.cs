using System.Text;
using System.Text.Json;
using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Storage.Reference;

/// <summary>Values as the reference server stores them.</summary>
internal static class ReferenceValues
{
    /// <exception cref="CopyException">The column holds no time.</exception>
    public static long Time(this IStatement row, int column) => Timestamp.TryParse(row.Text(column), out var time)
        ? Instant.From(time)
        : throw new CopyException($"The source has '{row.Text(column)}' where a time is expected. It is no database that the reference server has written; nothing was copied.");

    /// <exception cref="CopyException">The column holds no time.</exception>
    public static long? OptionalTime(this IStatement row, int column) => row.IsNull(column) ? null : row.Time(column);

    /// <summary>
    /// An object as this bus stores it. The reference server also takes what is no JSON (<c>NaN</c>, <c>Infinity</c>) and objects of any depth; of
    /// these, the text is kept as a member.
    /// </summary>
    /// <param name="isReadable">False for such an object.</param>
    public static string ToObject(string? text, out bool isReadable)
    {
        try
        {
            using var document = JsonDocument.Parse(text ?? "{}");
            isReadable = document.RootElement.ValueKind == JsonValueKind.Object;
            if (isReadable)
            {
                return text ?? "{}";
            }
        }
        catch (JsonException)
        {
            isReadable = false;
        }

        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("unreadable", text);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
