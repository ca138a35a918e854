using System.Text;
using System.Text.Json;
using Backchannel.Native.Text;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Content and metadata of a message as far as they fit into one result.</summary>
/// <param name="Note">How much is missing and how to get it; null: nothing is missing.</param>
/// <remarks>Other buses take messages of any size; the context of a model is limited.</remarks>
internal sealed record FittedMessage(string Content, JsonElement? Metadata, string? Note)
{
    /// <summary>What content and metadata take as JSON.</summary>
    public static int SizeOf(Message message) => JsonSize.Of(message.Content) + SizeOf(message.ShownMetadata());

    /// <param name="maxBytes">Of JSON, for both.</param>
    public static FittedMessage Of(Message message, int maxBytes)
    {
        var metadata = message.ShownMetadata();
        var metadataBytes = SizeOf(metadata);
        var contentBytes = JsonSize.Of(message.Content);
        if (contentBytes + metadataBytes <= maxBytes)
        {
            return new(message.Content, metadata, null);
        }

        // Metadata cannot be cut, and the content says more.
        var keepsMetadata = metadataBytes <= maxBytes / 2 && contentBytes > maxBytes;
        var content = Start(message.Content, maxBytes - (keepsMetadata ? metadataBytes : 0));
        return new(content, keepsMetadata ? metadata : null, Describe(message, content, keepsMetadata ? 0 : metadataBytes));
    }

    private static int SizeOf(JsonElement? metadata) => metadata is { } data ? JsonSize.Of(data, ResultsJsonContext.Default.JsonElement) : 0;

    private static string Start(string text, int maxBytes)
    {
        var length = text.Length;
        while (length > 0)
        {
            length = WholeCharacters.StartLength(text, length);
            var size = JsonSize.Of(text[..length]);
            if (size <= maxBytes)
            {
                return text[..length];
            }

            length = (int)Math.Min(length - 1, (long)length * maxBytes / size);
        }

        return "";
    }

    private static string Describe(Message message, string shown, int metadataBytes)
    {
        var all = Encoding.UTF8.GetByteCount(message.Content);
        var missing = all - Encoding.UTF8.GetByteCount(shown);
        string[] parts =
        [
            .. missing > 0 ? [$"the last {missing:N0} of the {all:N0} bytes of content"] : Array.Empty<string>(),
            .. metadataBytes > 0 ? [$"all {metadataBytes:N0} bytes of metadata"] : Array.Empty<string>(),
        ];
        var since = Timestamp.JustBefore(message.CreatedAt) ?? message.CreatedAt;
        return $"Too long for one answer: {string.Join(" and ", parts)} are left out. A shell with this server's settings prints all of it: "
            + $"backchannel-mcp call subscribe --channel {message.ChannelId} --since {since} --limit 1";
    }
}
