using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>What a subscription shows at once.</summary>
/// <param name="Fresh">Oldest first, but for messages that appeared late.</param>
/// <param name="Next">Continues behind them.</param>
/// <param name="MayHaveMore">Whether the reading stopped before the end of the channel.</param>
internal sealed record SubscriptionPage(IReadOnlyList<Message> Fresh, SubscriptionCursor Next, bool MayHaveMore);
