using System.Text.Json;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>A message as <c>subscribe</c> shows it.</summary>
/// <param name="ClaimedBy">Name of the actor that holds it.</param>
/// <param name="AcknowledgedBy">Names of the actors that reported it as done.</param>
internal sealed record ShownMessage(
    string MessageId,
    string Content,
    string CreatedAt,
    string ExpiresAt,
    JsonElement? Metadata = null,
    Sender? From = null,
    string? ClaimedBy = null,
    IReadOnlyList<string>? AcknowledgedBy = null)
{
    public static ShownMessage Of(Message message) => new(
        message.Id,
        message.Content,
        message.CreatedAt,
        message.ExpiresAt,
        message.ShownMetadata(),
        Sender.Of(message),
        ShownText.Name(message.ClaimedBy?.Name),
        message.AcknowledgedBy is [] ? null : [.. message.AcknowledgedBy.Select(ack => ShownText.Name(ack.Name) ?? ack.Id)]);
}
