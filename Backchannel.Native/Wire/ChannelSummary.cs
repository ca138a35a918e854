namespace Backchannel.Native.Wire;

/// <summary>A discoverable channel in a listing.</summary>
/// <param name="IsMember">Whether the calling key created it or is in its member list.</param>
internal sealed record ChannelSummary(
    string Id,
    string Name,
    string Mode,
    string Access,
    string Description,
    string CreatedAt,
    bool IsMember);
