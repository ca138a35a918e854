namespace Backchannel.Native.Tools;

/// <summary>What is to be claimed, and for whom.</summary>
/// <param name="Call">Of the call that asks: cancelled before the call is answered, it gives the claim back.</param>
internal sealed record ClaimOrder(string ChannelId, string Actor, TimeSpan Lease, CancellationToken Call);
