using System.Collections.Concurrent;
using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>The leases that this process holds: each is renewed until it is forgotten or given back.</summary>
/// <remarks>
/// A claim whose call was cancelled, before or after the bus stored it, is given back: nobody would work on it, and renewing would
/// keep it from everybody else.
/// </remarks>
internal sealed class HeldLeases : IAsyncDisposable
{
    /// <summary>A clean exit has one second for everything.</summary>
    private static readonly TimeSpan ReleaseLimit = TimeSpan.FromMilliseconds(800);

    private readonly TimeProvider time;
    private readonly HeldSessions sessions;
    private readonly NoteNews notes;
    private readonly LeaseRenewal renewal;
    private readonly LeaseReturn returning;
    private readonly ConcurrentDictionary<string, Holding> holdings = new();
    private readonly CancellationTokenSource closing = new();
    private readonly CancellationTokenSource stopped = new();
    private CancellationTokenSource news = new();

    /// <param name="told">The notes that this process knows; null: none.</param>
    public HeldLeases(BackchannelClient client, WorkerSession session, TimeProvider time, ToldNotes? told = null)
    {
        this.time = time;
        notes = new(client, told ?? new());
        sessions = new(own => new(client, own, time, Hear), session);
        renewal = new(client, time);
        returning = new(client, stopped.Token);
    }

    /// <summary>Null: nothing is traced.</summary>
    public TaskSpans? Spans { get; init; }

    /// <summary>What runs for the leases beside the calls.</summary>
    public OwnedTasks Background { get; } = new();

    /// <summary>Fires when the process begins to end: nothing new is held from then on.</summary>
    public CancellationToken Closing => closing.Token;

    /// <summary>Fires when the process has no time left for the bus.</summary>
    public CancellationToken Stopped => stopped.Token;

    /// <summary>Fires when there is something new for <see cref="TakeNews"/>.</summary>
    public CancellationToken News => Volatile.Read(ref news).Token;

    /// <summary>Whether there is something for <see cref="TakeNews"/>.</summary>
    public bool HasNews => holdings.Values.Any(static holding => holding.HasNews);

    /// <summary>Ids of the tasks that this process holds.</summary>
    public IReadOnlySet<string> Ids() => holdings.Keys.ToHashSet();

    /// <summary>Tasks that this process holds.</summary>
    /// <param name="most">Ids to return at most.</param>
    /// <param name="among">Only of these; null: of all.</param>
    /// <returns>How many there are, and the ids of those that are held longest.</returns>
    public (int Count, IReadOnlyList<string> Ids) Oldest(int most, IReadOnlySet<string>? among = null)
    {
        var leases = holdings.Select(static holding => holding.Value.Lease)
            .Where(lease => !lease.IsLost && among?.Contains(lease.MessageId) != false).ToList();
        var oldest = leases
            .OrderBy(static lease => lease.Message.ClaimedAt, StringComparer.Ordinal)
            .ThenBy(static lease => lease.Message.CreatedAt, StringComparer.Ordinal)
            .Take(most);
        return (leases.Count, [.. oldest.Select(static lease => lease.MessageId)]);
    }

    /// <summary>The claim of this process on a message; also one whose lease was lost since.</summary>
    public HeldLease? Find(string messageId) =>
        holdings.TryGetValue(messageId, out var holding) ? holding.Lease : null;

    /// <summary>Completes when the lease of a task that this process holds is lost; <see cref="Find"/> then tells why.</summary>
    public Task WaitForLossAsync(string messageId) =>
        holdings.TryGetValue(messageId, out var holding) ? holding.Loss.Task : Task.CompletedTask;

    /// <summary>What this process does not know yet of tasks that it holds, once: their end, and notes of others. Null: nothing.</summary>
    public string? TakeNews()
    {
        var news = holdings.Values.Select(static holding => holding.TakeNews()).Append(notes.Take()).OfType<string>();
        return string.Join(' ', news) is { Length: > 0 } told ? told : null;
    }

    /// <summary>Holds a lease that the bus has just given.</summary>
    /// <param name="call">Cancelled before the call is answered, it gives the lease back.</param>
    public void Hold(HeldLease lease, CancellationToken call)
    {
        Forget(lease.MessageId);
        var holding = new Holding(lease, stopped.Token);
        holdings[lease.MessageId] = holding;
        Spans?.Claimed(lease);
        Background.Own(RenewAsync(holding));
        if (lease.Session is { IsDetached: false } session)
        {
            sessions.Keep(session, () => holdings.Values.Any(held => !held.Lease.IsLost && held.Lease.Session == session));
        }

        // Until the call is answered nobody but this process knows of the claim.
        holding.EndWith(call.UnsafeRegister(_ => Background.Own(GiveBackAsync(lease.MessageId, AttemptOutcomes.Released)), null));
        if (closing.IsCancellationRequested)
        {
            Background.Own(GiveBackAsync(lease.MessageId, AttemptOutcomes.Released));
        }
    }

    /// <summary>Stops renewing a task that is acknowledged, given back, or lost for good.</summary>
    public void Forget(string messageId)
    {
        if (holdings.TryRemove(messageId, out var holding))
        {
            holding.Dispose();
            Spans?.Ended(messageId);
        }
    }

    /// <summary>Gives back a lease that is not held here. Never throws.</summary>
    public ValueTask GiveBackAsync(HeldLease lease) => returning.GiveBackAsync(lease, AttemptOutcomes.Released);

    /// <summary>Gives back everything that is still held, within one second; what could not be given back runs out.</summary>
    /// <remarks>Waits for claims under way too, and gives them back as well.</remarks>
    public async Task ReleaseAllAsync()
    {
        await closing.CancelAsync();
        foreach (var messageId in holdings.Keys)
        {
            // What the session was at work on may be what ends it: the attempt counts.
            Background.Own(GiveBackAsync(messageId, AttemptOutcomes.SessionEnded));
        }

        using var limit = new CancellationTokenSource(ReleaseLimit, time);
        await Background.WaitAsync(limit.Token);
        await stopped.CancelAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await stopped.CancelAsync();
        await closing.CancelAsync();
        foreach (var messageId in holdings.Keys)
        {
            Forget(messageId);
        }

        await sessions.DisposeAsync();
    }

    private async Task RenewAsync(Holding holding)
    {
        await renewal.RunAsync(holding);
        if (holding.Lease.IsLost)
        {
            holding.Loss.TrySetResult();
            Spans?.Ended(holding.Lease.MessageId, "lease_lost");
        }

        if (holding.HasNews)
        {
            Interlocked.Exchange(ref news, new()).Cancel();
        }
    }

    private void Hear(string status)
    {
        if (status == StatusAnswer.TaskEnded)
        {
            foreach (var (_, holding) in holdings)
            {
                holding.LookNow();
            }
        }

        // The bus tells the end of one task rather than a note on another.
        Background.Own(notes.LookAsync([.. holdings.Keys], closing.Token));
    }

    private async Task GiveBackAsync(string messageId, string outcome)
    {
        if (!holdings.TryRemove(messageId, out var holding))
        {
            return;
        }

        holding.Dispose();
        Spans?.Ended(messageId, outcome);
        if (!holding.Lease.IsLost)
        {
            await returning.GiveBackAsync(holding.Lease, outcome);
        }
    }
}
