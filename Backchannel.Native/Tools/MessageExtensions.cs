using System.Runtime.InteropServices;
using System.Text.Json;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>The parts of a message that are shown.</summary>
internal static class MessageExtensions
{
    /// <summary>Clients read a line of 64 levels; an answer that one of them cannot read ends its session.</summary>
    private const int MaxShownDepth = 50;

    private static readonly JsonElement TooDeep = JsonElement.Parse("""{"note":"The metadata is nested too deeply to be shown here."}""");

    /// <returns>Null for an empty object.</returns>
    public static JsonElement? ShownMetadata(this Message message) =>
        message.Metadata.ValueKind != JsonValueKind.Object || !message.Metadata.EnumerateObject().Any() ? null
        : IsTooDeep(message.Metadata) ? TooDeep
        : message.Metadata;

    /// <summary>Id of the first message of a chain of answers; null for none, and where that is the message that this one answers.</summary>
    public static string? LongerThread(this Message message) => message.Thread == message.ReplyTo ? null : message.Thread;

    private static bool IsTooDeep(JsonElement metadata)
    {
        var reader = new Utf8JsonReader(JsonMarshal.GetRawUtf8Value(metadata), new JsonReaderOptions { MaxDepth = int.MaxValue });
        while (reader.Read())
        {
            if (reader.CurrentDepth > MaxShownDepth)
            {
                return true;
            }
        }

        return false;
    }
}
