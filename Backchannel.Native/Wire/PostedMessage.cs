using System.Text.Json.Serialization;

namespace Backchannel.Native.Wire;

/// <summary>Answer to a posted message.</summary>
/// <param name="Message">The message as it was stored.</param>
/// <param name="NextCursor">The message's <c>created_at</c>.</param>
internal sealed record PostedMessage(Message Message, string? NextCursor)
{
    /// <summary>Whether an earlier call, whose answer was lost, had stored it already.</summary>
    /// <remarks>Known from the headers, not from the body.</remarks>
    [JsonIgnore]
    public bool IsOfEarlierCall { get; init; }
}
