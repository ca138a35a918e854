namespace Backchannel.Native.Wake;

/// <summary>Tells a session itself what is new, where its host lets a child do that and no hook waits to do it.</summary>
internal sealed class WakeSending(WakeOptions options, SessionInterest interest, WakeWays ways, TimeProvider time)
{
    private const int MostTries = 5;

    /// <summary>While something is left to tell: how often to look whether the hook that waits has told it.</summary>
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(1);

    /// <summary>After a wake that could not be sent, and while the limit of wakes is reached.</summary>
    private static readonly TimeSpan LongRecheck = TimeSpan.FromSeconds(10);

    /// <summary>A hook that waits tells within a second, unless somebody has stopped it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly Retries retries = new(time);
    private readonly Quiet quiet = new(time);
    private List<WakeTry> tries = [];

    /// <summary>What the hook was left to tell, and since when.</summary>
    private (string Key, long Since)? left;

    /// <summary>The last ones.</summary>
    public IReadOnlyList<WakeTry> Tries
    {
        get
        {
            lock (gate)
            {
                return tries;
            }
        }
    }

    /// <summary>The session calls a tool.</summary>
    public void BeginCall()
    {
        quiet.BeginCall();
        lock (gate)
        {
            if (tries is [.. var earlier, { IsHeard: false, Fault: null } last])
            {
                tries = [.. earlier, last with { IsHeard = true }];
            }
        }
    }

    public void EndCall() => quiet.EndCall();

    /// <summary>Tells the session itself, unless a hook waits to do that; else only finds out what hooks have told.</summary>
    /// <returns>When to look again; null: at the next change.</returns>
    public async Task<TimeSpan?> ShareAsync(ToldEvents told, Waiter waiter, IReadOnlyList<WakeEvent> events, CancellationToken cancellationToken)
    {
        var way = ways.Find();
        if (way is not null && quiet.IsBroken && await told.ReadAsync(cancellationToken) is { } before)
        {
            // What a hook has told began that turn, else the user did.
            if (!events.Any(one => before.Contains(one.Key)))
            {
                await told.NoteInputAsync(cancellationToken);
            }

            quiet.NoteWake();
        }

        var isWaitedFor = way is not null && waiter.IsThere() && MayBeTold(events);
        if (way is not null && !isWaitedFor)
        {
            var order = await told.TakeAsync(retries.Due(events), cancellationToken);
            if (order.Events.Count > 0)
            {
                await SendAsync(told, way, order, cancellationToken);
            }
        }

        if (await told.ReadAsync(cancellationToken) is { } known && events.Any(one => known.Contains(one.Key)))
        {
            quiet.NoteWake();
            interest.MarkTold(known);
        }

        return way is null ? null : isWaitedFor ? Recheck : LongRecheck;
    }

    /// <summary>Whether the hook that waits has not had its time yet.</summary>
    private bool MayBeTold(IReadOnlyList<WakeEvent> events)
    {
        if (left is not { } first || !events.Any(one => one.Key == first.Key))
        {
            left = first = (events[0].Key, time.GetTimestamp());
        }

        return time.GetElapsedTime(first.Since) < Patience;
    }

    private async Task SendAsync(ToldEvents told, IWakeWay way, WakeOrder order, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var fault = await way.SendAsync(WakeSentence.Write(order.Events, way.MayBeLate ? now : null, order.IsLast), cancellationToken);
        if (fault is not null)
        {
            retries.Note(order.Events, fault.MayHaveArrived);
            await told.GiveBackAsync(order.Events, fault.MayHaveArrived, cancellationToken);
            options.Warn($"the session could not be woken by its {way.Name}: {fault.Reason}");
        }

        lock (gate)
        {
            tries = [.. tries.TakeLast(MostTries - 1), new(way.Name, now, fault?.Reason)];
        }
    }
}
