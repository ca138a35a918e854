using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Who posted a message: what the bus vouches for, apart from what the poster claims.</summary>
/// <param name="Actor">Name of the actor that the posting key owns; checked by the bus.</param>
/// <param name="ActorId">Id of that actor.</param>
/// <param name="Label">What the poster calls itself; proves nothing.</param>
internal sealed record Sender(string? Actor, string? ActorId, string? Label)
{
    /// <returns>Null when the message says nothing about it.</returns>
    public static Sender? Of(Message message)
    {
        var label = ShownText.Name(message.ActorLabel);
        return message.Actor is null && label is null
            ? null
            : new(ShownText.Name(message.Actor?.Name), message.Actor?.Id, label);
    }
}
