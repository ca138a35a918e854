namespace Backchannel.Native.Tools;

/// <summary>The channels whose best task is to be claimed, and for whom.</summary>
/// <param name="Channels">Ids.</param>
internal sealed record NextOrder(IReadOnlyList<string> Channels, string Actor, TimeSpan Lease)
{
    /// <summary>Names these channels, whatever their order.</summary>
    public string Place { get; } = string.Join(' ', Channels.Order(StringComparer.Ordinal));

    /// <summary>Those of them that the last answer named as paused.</summary>
    public IReadOnlyList<string> Paused { get; set; } = [];
}
