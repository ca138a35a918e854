using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>Messages that answer another one.</summary>
internal static class Replies
{
    /// <summary>Finds the message that a post answers, and the first message of that chain.</summary>
    /// <param name="replyTo">Id of the message that is answered.</param>
    /// <exception cref="ApiException">The key cannot read such a message: unknown, foreign and expired ones are refused alike.</exception>
    public static (string ReplyTo, string Thread) Require(WriteContext context, ApiKeyRecord key, string replyTo)
    {
        try
        {
            var (message, _) = Claiming.RequireMessage(context, key, replyTo, claimable: false);
            return (message.Id, message.Thread ?? message.Id);
        }
        catch (ApiException)
        {
            throw new ApiException(
                422, ErrorCodes.InvalidReplyTo, "'reply_to' is not the id of a message that this key can read. Nothing was posted.");
        }
    }
}
