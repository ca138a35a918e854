namespace Backchannel.Native.Wake;

/// <summary>What a session waits for, and what has happened of it that the session has not heard and is not about to hear.</summary>
internal sealed class SessionInterest(TimeProvider time)
{
    /// <summary>Of a posted or awaited task; leaves room for those of lanes in one request.</summary>
    private const int MostAwaited = 80;
    private const int MostWatched = 100;

    /// <summary>Events of a moment are told together.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);

    /// <summary>A model that has just had an answer may be about to call again, and then hears by itself.</summary>
    private static readonly TimeSpan Thinking = TimeSpan.FromMilliseconds(800);

    /// <summary>One that goes on calling other tools is told all the same.</summary>
    private static readonly TimeSpan LongestThinking = TimeSpan.FromSeconds(3);

    private readonly Lock gate = new();
    private readonly List<string> awaited = [];
    private readonly Dictionary<string, Offered> offered = [];
    private readonly Dictionary<string, News> news = [];
    private readonly HashSet<string> own = new(StringComparer.Ordinal);
    private readonly HashSet<string> told = new(StringComparer.Ordinal);
    private readonly List<string> heldBack = [];
    private readonly Dictionary<string, string> laneNames = [];
    private TaskCompletionSource watchChanged = NewSignal();
    private TaskCompletionSource changed = NewSignal();
    private long? lastCallEnded;

    /// <summary>Completes at the next change.</summary>
    public Task Changed
    {
        get
        {
            lock (gate)
            {
                return changed.Task;
            }
        }
    }

    public IReadOnlyList<string> Awaited
    {
        get
        {
            lock (gate)
            {
                return [.. awaited];
            }
        }
    }

    /// <summary>The tasks to ask the bus about, and what completes when they are others.</summary>
    public (IReadOnlyList<string> Ids, Task Changed) Watched()
    {
        lock (gate)
        {
            var waiting = awaited.TakeLast(MostAwaited).ToList();
            return ([.. waiting, .. offered.Keys.Except(waiting).Take(MostWatched - waiting.Count)], watchChanged.Task);
        }
    }

    /// <summary>A lane turns out to be this channel.</summary>
    public void Name(string channelId, string lane)
    {
        lock (gate)
        {
            laneNames[channelId] = lane;
        }
    }

    /// <summary>The name that the settings have for a lane, where a call names it by its id.</summary>
    public string NameOf(string channel)
    {
        lock (gate)
        {
            return laneNames.GetValueOrDefault(channel, channel);
        }
    }

    /// <summary>A call begins from which the session hears of these tasks or lanes by itself.</summary>
    /// <param name="subjects">Ids of tasks, or names of lanes.</param>
    public void Begin(IReadOnlyList<string> subjects) => Change(() => heldBack.AddRange(subjects));

    public void End(IReadOnlyList<string> subjects) => Change(() =>
    {
        foreach (var subject in subjects)
        {
            heldBack.Remove(subject);
        }

        lastCallEnded = time.GetTimestamp();
    });

    /// <summary>The session wants to know how these tasks end.</summary>
    public void Await(IEnumerable<string> ids) => Change(() =>
    {
        var fresh = ids.Where(id => !awaited.Contains(id)).ToList();
        awaited.AddRange(fresh);
        Renew(fresh.Count > 0);
    });

    /// <summary>The session knows how this task ended, or ended it itself.</summary>
    public void Drop(string id) => Change(() =>
    {
        var was = awaited.Remove(id) | offered.Remove(id);
        Forget(one => one.Id == id);
        Renew(was);
    });

    /// <summary>What the session did itself is no news to it.</summary>
    public void Own(string id) => Change(() =>
    {
        own.Add(id);
        Forget(one => one.Id == id && one.Lane is not null);
        Renew(offered.Remove(id));
    });

    /// <summary>The session has read a question, or a lane.</summary>
    public void Read(Predicate<WakeEvent> which) => Change(() => Forget(which));

    /// <summary>Somebody has told these.</summary>
    public void MarkTold(IReadOnlySet<string> keys) => Change(() =>
    {
        var known = news.Values.Select(static one => one.Event).Where(one => keys.Contains(one.Key)).ToList();
        var was = false;
        foreach (var one in known)
        {
            told.Add(one.Key);
            news.Remove(one.Key);
            was |= one.Kind == WakeKind.Over && awaited.Remove(one.Id);
            was |= one.Kind == WakeKind.Task && offered.Remove(one.Id);
        }

        Renew(was);
    });

    /// <summary>A task lies on a lane that nobody holds; the bus is asked whether it can be claimed.</summary>
    /// <param name="again">How often it has come back.</param>
    public void Offer(string id, string lane, int again) => Change(() =>
    {
        if (!own.Contains(id) && !told.Contains(WakeEvent.Task(id, lane, again).Key) && offered.Count < MostWatched)
        {
            offered[id] = new(lane, again);
            Renew(true);
        }
    });

    public void Raise(WakeEvent one) => Change(() =>
    {
        if (!told.Contains(one.Key) && !(one.Lane is not null && own.Contains(one.Id)))
        {
            news.TryAdd(one.Key, new(one, time.GetTimestamp()));
        }
    });

    /// <summary>A watched task can be claimed, or no longer.</summary>
    public void SeeOffered(string id, bool isOpen, bool isOver) => Change(() =>
    {
        if (!offered.TryGetValue(id, out var offer))
        {
            return;
        }

        var one = WakeEvent.Task(id, offer.Lane, offer.Time);
        if (isOpen)
        {
            news.TryAdd(one.Key, new(one, time.GetTimestamp()));
            return;
        }

        // Taken, or it waits for a time or other tasks: only the latter is watched further.
        news.Remove(one.Key);
        Renew(isOver && offered.Remove(id));
    });

    /// <summary>What can be told now, and after what time there may be more; null: not before the next change.</summary>
    public (IReadOnlyList<WakeEvent> Events, TimeSpan? Due) Tellable()
    {
        lock (gate)
        {
            var thinking = lastCallEnded is { } ended ? Thinking - time.GetElapsedTime(ended) : TimeSpan.Zero;
            var free = news.Values.Where(one => !heldBack.Contains(one.Event.Lane ?? one.Event.Id)).ToList();
            if (free.Count == 0)
            {
                return ([], null);
            }

            var age = time.GetElapsedTime(free.Min(static one => one.Since));
            thinking = thinking < LongestThinking - age ? thinking : LongestThinking - age;
            var due = thinking > Moment - age ? thinking : Moment - age;
            return due > TimeSpan.Zero ? ([], due) : ([.. free.Select(static one => one.Event)], null);
        }
    }

    private void Forget(Predicate<WakeEvent> which)
    {
        foreach (var one in news.Values.Select(static one => one.Event).Where(one => which(one)).ToList())
        {
            told.Add(one.Key);
            news.Remove(one.Key);
        }
    }

    private void Renew(bool isOther)
    {
        if (isOther)
        {
            var last = watchChanged;
            watchChanged = NewSignal();
            last.SetResult();
        }
    }

    private void Change(Action change)
    {
        TaskCompletionSource last;
        lock (gate)
        {
            change();
            last = changed;
            changed = NewSignal();
        }

        last.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="Time">How often the task has come back.</param>
    private sealed record Offered(string Lane, int Time);

    /// <param name="Since">When it was heard of.</param>
    private sealed record News(WakeEvent Event, long Since);
}
