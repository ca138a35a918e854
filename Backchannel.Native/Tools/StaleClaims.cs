using System.Runtime.CompilerServices;
using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Takes over claims whose worker is gone.</summary>
/// <remarks>
/// No listing shows leases, and a reference bus without its sweeper never frees a lease that ran out: only claiming by id tells.
/// So claims older than the shortest lease are tried, a few at a time, and each refusal doubles the pause before the next try.
/// </remarks>
internal sealed class StaleClaims(LeaseTaking taking, HeldLeases held, TimeProvider time)
{
    private const int MaxAttempts = 3;
    private const int MaxLooked = 500;
    private const int MaxRemembered = 2000;

    private static readonly TimeSpan ShortestLease = TimeSpan.FromSeconds(Limits.MinLeaseSeconds);
    private static readonly TimeSpan ScanPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(2);

    private readonly Lock gate = new();
    private readonly Dictionary<string, Refusal> refusals = [];
    private readonly Dictionary<string, long> lastScans = [];

    /// <returns>Null when there was nothing to take over.</returns>
    public async Task<HeldLease?> TakeOverAsync(
        BackchannelClient bus, ClaimOrder order, CancellationToken cancellationToken)
    {
        if (!MayScan(order.ChannelId))
        {
            return null;
        }

        var attempts = 0;
        await foreach (var message in OldClaimsAsync(bus, order.ChannelId, cancellationToken))
        {
            if (await taking.TakeAsync(bus, message.Id, order.Actor, order.Lease, order.Call, order.ChannelId) is { } taken)
            {
                Forget(message.Id);
                return taken;
            }

            Remember(message);
            if (++attempts == MaxAttempts)
            {
                break;
            }
        }

        return null;
    }

    private async IAsyncEnumerable<Message> OldClaimsAsync(
        BackchannelClient bus,
        string channelId,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var looked = 0;
        var claimed = MessagePages.ReadAsync(
            bus, channelId, after: null, MessageStatus.Claimed, Limits.MaxPageSize, wait: TimeSpan.Zero, cancellationToken);
        await foreach (var message in claimed)
        {
            if (message.AcknowledgedBy.Count == 0 && held.Find(message.Id) is null && MayTry(message))
            {
                yield return message;
            }

            if (++looked == MaxLooked)
            {
                break;
            }
        }
    }

    private bool MayScan(string channelId)
    {
        lock (gate)
        {
            if (lastScans.TryGetValue(channelId, out var last) && time.GetElapsedTime(last) < ScanPause)
            {
                return false;
            }

            lastScans[channelId] = time.GetTimestamp();
            return true;
        }
    }

    private bool MayTry(Message message)
    {
        lock (gate)
        {
            if (refusals.TryGetValue(message.Id, out var refusal) && refusal.ClaimedAt == message.ClaimedAt)
            {
                return time.GetElapsedTime(refusal.At) >= refusal.Backoff;
            }
        }

        // A claim in the future: this machine's clock is behind the bus's or was set back, so the age is not known.
        return !Timestamp.TryParse(message.ClaimedAt, out var claimedAt)
            || time.GetUtcNow() - claimedAt is var age && (age >= ShortestLease || age < TimeSpan.Zero);
    }

    private void Remember(Message message)
    {
        lock (gate)
        {
            if (refusals.Count >= MaxRemembered)
            {
                refusals.Clear();
            }

            var backoff = refusals.TryGetValue(message.Id, out var earlier) && earlier.ClaimedAt == message.ClaimedAt
                ? earlier.Backoff * 2
                : FirstBackoff;
            backoff = backoff < LongestBackoff ? backoff : LongestBackoff;
            refusals[message.Id] = new(message.ClaimedAt, backoff, time.GetTimestamp());
        }
    }

    private void Forget(string messageId)
    {
        lock (gate)
        {
            refusals.Remove(messageId);
        }
    }

    private sealed record Refusal(string? ClaimedAt, TimeSpan Backoff, long At);
}
