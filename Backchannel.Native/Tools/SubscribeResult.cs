using Backchannel.Native.Client;

namespace Backchannel.Native.Tools;

/// <param name="NextCursor">Opaque; goes back as <c>since</c>. Null while there is no such channel.</param>
/// <param name="Owner">Label of the channel's owner, when that is somebody else.</param>
internal sealed record SubscribeResult(
    IReadOnlyList<ShownMessage> Data, string? NextCursor = null, string? Owner = null, string? Note = null, string? Next = null)
{
    /// <summary>Of a claimable channel: how many tasks it has.</summary>
    public ShownCounts? Tasks { get; init; }

    /// <exception cref="BackchannelException">The bus's refusal, where posting could not make the channel.</exception>
    public static SubscribeResult NobodyPosted(string channel, BackchannelException missing) => new(
        [],
        Note: EmptyLane.Describe(channel, missing),
        Next: $"{EmptyLane.Advice} Otherwise call subscribe with wait_seconds to wait for the first message.");
}
