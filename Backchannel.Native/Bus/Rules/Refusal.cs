using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>The refusals that more than one endpoint needs.</summary>
internal static class Refusal
{
    public static ApiException Unauthorized(string message) => new(401, ErrorCodes.Unauthorized, message);

    public static ApiException ChannelNotFound() =>
        new(404, ErrorCodes.ChannelNotFound, "No channel has this id or alias, and none of your own has this name.");

    public static ApiException ChannelAccessDenied() =>
        new(403, ErrorCodes.ChannelAccessDenied, "This channel is restricted and this key is not a member. Ask with POST …/access-requests.");

    public static ApiException CreatorOnly() => new(403, ErrorCodes.Forbidden, "Only the key that created this channel may do this.");

    public static ApiException MessageNotFound() => new(404, ErrorCodes.MessageNotFound, "No message has this id.");

    public static ApiException MessageExpired() => new(410, ErrorCodes.MessageExpired, "The time of this message is over.");

    public static ApiException LeaseExpired() => new(
        410, ErrorCodes.LeaseExpired, "This lease is over: it ran out, was released or was replaced. Stop working on the message.");

    public static ApiException NotClaimable() =>
        new(409, ErrorCodes.ChannelNotClaimable, "Messages of a broadcast channel cannot be claimed or released.");

    public static ApiException NotClaimed() => new(409, ErrorCodes.NotClaimed, "Nobody holds this message: it is open. Claim it first.");

    public static ApiException AlreadyClaimed() => new(409, ErrorCodes.AlreadyClaimed, "This message is claimed. Take another one.");

    public static ApiException ActorNotFound() => new(404, ErrorCodes.ActorNotFound, "No actor has this id or alias.");

    public static ApiException ActorForbidden() => new(403, ErrorCodes.ActorForbidden, "This actor belongs to another owner.");

    public static ApiException AliasConflict() => new(409, ErrorCodes.AliasConflict, "This alias is taken on this bus.");
}
