using System.Collections.Concurrent;
using Backchannel.Native.Client;

namespace Backchannel.Native.Tools;

/// <summary>Claims whose answer was lost: the bus may have given the task to this process, where nobody works on it.</summary>
/// <remarks>
/// Each is repeated with its idempotency key until the bus says what became of it: by the next call that looks for a task there,
/// which gets it, or else in the background, and then it is given back.
/// </remarks>
/// <param name="giveBackAsync">Gives a claim back to the bus; never throws.</param>
internal sealed class UndecidedClaims(BackchannelClient client, TimeProvider time, Func<HeldLease, ValueTask> giveBackAsync)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Of one request in the background: a call that waits for it has its own deadline.</summary>
    private static readonly TimeSpan LookLimit = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, Entry> entries = new();

    /// <summary>Tasks of a channel that may be held under an actor.</summary>
    public IReadOnlyList<string> On(string channelId, string actor) =>
        [.. entries.Values.Select(static entry => entry.Claim)
            .Where(claim => claim.ChannelId == channelId && claim.Actor == actor).Select(static claim => claim.Id)];

    /// <summary>Notes a claim whose answer was lost just now.</summary>
    /// <param name="closing">A clean exit: one last look.</param>
    /// <param name="stopped">The end of it.</param>
    /// <returns>Completes when it is decided, or has run out by itself.</returns>
    public Task AddAsync(PendingClaim claim, CancellationToken closing, CancellationToken stopped)
    {
        var entry = new Entry(claim) { LastSent = time.GetTimestamp() };
        entries[claim.Id] = entry;
        return DecideAsync(entry, closing, stopped);
    }

    /// <summary>Finds out about a task for a call that wants it.</summary>
    /// <param name="length">How long the lease is to last from now.</param>
    /// <returns>Null: nothing is undecided, or it is not ours.</returns>
    /// <exception cref="BackchannelException">It is still not known.</exception>
    public async Task<HeldLease?> TakeAsync(
        BackchannelClient bus, string messageId, string actor, TimeSpan length, CancellationToken cancellationToken) =>
        entries.TryGetValue(messageId, out var entry) && entry.Claim.Actor == actor
            ? await LookAsync(bus, entry, length, static _ => ValueTask.CompletedTask, cancellationToken)
            : null;

    private async Task DecideAsync(Entry entry, CancellationToken closing, CancellationToken stopped)
    {
        var pause = FirstPause;
        var isLast = false;
        while (!entry.IsDecided && !isLast && time.GetElapsedTime(entry.LastSent) < entry.Claim.Length)
        {
            await Task.Delay(pause, time, closing).ContinueWith(
                static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            isLast = closing.IsCancellationRequested;
            using var limit = new CancellationTokenSource(LookLimit, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopped);
            try
            {
                await LookAsync(client, entry, entry.Claim.Length, giveBackAsync, either.Token);
            }
            catch (Exception exception) when (exception is BackchannelException or OperationCanceledException)
            {
                // Still not known.
            }
        }

        Settle(entry);
    }

    /// <param name="use">Run with a claim that is ours, before the next look at it.</param>
    private async Task<HeldLease?> LookAsync(
        BackchannelClient bus, Entry entry, TimeSpan length, Func<HeldLease, ValueTask> use, CancellationToken cancellationToken)
    {
        await entry.Gate.WaitAsync(cancellationToken);
        try
        {
            if (entry.IsDecided)
            {
                return null;
            }

            if (await entry.Claim.SendAsync(bus, cancellationToken) is not { } lease)
            {
                Settle(entry);
                return null;
            }

            // This may be the kept answer to the first request, whose times are out of date.
            var renewed = await bus.RenewLeaseAsync(lease.LeaseToken, length, lease.Session, cancellationToken);
            lease = lease with { Length = length, ExpiresAt = renewed.ExpiresAt };
            Settle(entry);
            await use(lease);
            return lease;
        }
        catch (BackchannelException fault) when (UnreadableClaim.Is(fault))
        {
            var passed = await UnreadableClaim.PassOverAsync(bus, entry.Claim, fault, cancellationToken);
            Settle(entry);
            throw passed;
        }
        catch (BackchannelException exception) when (exception.Status is >= 400 and < 500 and not (408 or 429))
        {
            Settle(entry);
            return null;
        }
        catch (Exception exception) when (exception is OperationCanceledException or BackchannelException { IsUndecided: true })
        {
            // This request may have reached the bus without an answer, so the time starts again.
            entry.LastSent = time.GetTimestamp();
            throw;
        }
        finally
        {
            entry.Gate.Release();
        }
    }

    private void Settle(Entry entry)
    {
        entry.IsDecided = true;
        entries.TryRemove(KeyValuePair.Create(entry.Claim.Id, entry));
    }

    /// <param name="claim">What the bus was asked for.</param>
    private sealed class Entry(PendingClaim claim)
    {
        public PendingClaim Claim { get; } = claim;

        /// <summary>One look at a time.</summary>
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public volatile bool IsDecided;

        /// <summary>When a request that may have arrived was last given up, as a timestamp.</summary>
        public long LastSent { get; set; }
    }
}
