using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>What is to be posted, and where.</summary>
/// <param name="Channel">Name or id.</param>
/// <param name="Mode">Of the channel, if it is new: one of <see cref="ChannelMode"/>.</param>
/// <param name="Request">As the caller wants it: an option that it does not name is null.</param>
internal sealed record LanePost(string Channel, string Mode, PostTaskRequest Request)
{
    /// <summary>Throws when an existing channel is of the wrong mode.</summary>
    public required Action<Channel> Check { get; init; }

    /// <summary>What to do next; null: nothing.</summary>
    public required Func<Lane, PostedToLane, string?> Next { get; init; }

    /// <summary>Sets options that the caller left open, where the bus knows options. Null: there are none to set, and the contract's request does.</summary>
    public Func<PostTaskRequest, PostTaskRequest>? Defaults { get; init; }

    /// <summary>The options that the caller named and only some buses know.</summary>
    public IReadOnlyList<string> Options { get; } =
    [
        .. Request.Priority is null ? (string[])[] : ["priority"],
        .. Request.DelaySeconds is null ? (string[])[] : ["delay_seconds"],
        .. Request.DependsOn is null ? (string[])[] : ["depends_on"],
        .. Request.MaxAttempts is null ? (string[])[] : ["max_attempts"],
        .. Request.ReplyTo is null ? (string[])[] : ["reply_to"],
        .. Request.Files is null ? (string[])[] : ["files"],
    ];
}
