using System.Text.Json;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>What of a message is worth showing.</summary>
internal static class MessageExtensions
{
    /// <returns>Null for an empty object.</returns>
    public static JsonElement? ShownMetadata(this Message message) =>
        message.Metadata.ValueKind == JsonValueKind.Object && message.Metadata.EnumerateObject().Any()
            ? message.Metadata
            : null;
}
