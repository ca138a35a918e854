namespace Backchannel.Native.Wire;

/// <summary>What a channel's webhook gets for every new message.</summary>
internal sealed record MessageEvent(Message Message);

/// <summary>What an actor's webhook gets for a message that mentions it.</summary>
internal sealed record MentionEvent(Message Message, string MentionedActorId);

/// <summary>What a channel's webhook gets for a granted access request.</summary>
/// <param name="ApprovedBy">Id of the key that decided.</param>
internal sealed record ApprovalEvent(string ChannelId, string MemberKeyId, string ApprovedBy);
