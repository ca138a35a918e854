namespace Backchannel.Native.Wire;

/// <summary>Answer to a posted message.</summary>
/// <param name="Message">The message as it was stored.</param>
/// <param name="NextCursor">The message's <c>created_at</c>.</param>
internal sealed record PostedMessage(Message Message, string? NextCursor);
