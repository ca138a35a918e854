using Backchannel.Native.Mcp.Tasks;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>The channels whose best task is to be claimed, and for whom.</summary>
/// <param name="Channels">Ids.</param>
internal sealed record NextOrder(IReadOnlyList<string> Channels, string Actor, TimeSpan Lease)
{
    /// <summary>The task of the extension that waits for it, and gets one claim however often it asks and in whatever process; null: none.</summary>
    public TaskWait? Task { get; init; }

    /// <summary>Ids of the keys whose tasks are meant, for a request that does not wait; null: whoever posted them.</summary>
    public IReadOnlyList<string>? PostedBy { get; init; }

    /// <summary>The ack that goes with the first request; null: none.</summary>
    public AckBeforeClaim? Ack { get; init; }

    /// <summary>What became of it, from the last answer.</summary>
    public ClaimOutcome? Acknowledged { get; set; }

    /// <summary>Names these channels, whatever their order. What one task of the extension asks for is its own place.</summary>
    public string Place => $"{string.Join(' ', Channels.Order(StringComparer.Ordinal))}{(Task is null ? "" : $" {Task.Key}")}";

    /// <summary>Those of them that the last answer named as paused.</summary>
    public IReadOnlyList<string> Paused { get; set; } = [];
}
