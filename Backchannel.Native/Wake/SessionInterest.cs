using Backchannel.Native.Wire;

namespace Backchannel.Native.Wake;

/// <summary>What a session waits for, and what has happened of it that the session has not heard and is not about to hear.</summary>
internal sealed class SessionInterest(TimeProvider time)
{
    /// <summary>Of posted and awaited tasks, the oldest first: what five requests ask for. As they end, later ones take their places.</summary>
    public const int MostAwaited = 5 * TaskLimits.MaxWatchedTasks;

    /// <summary>Of the unread messages of one lane: a sentence says that there may be more.</summary>
    public const int MostMessages = LaneTasks.Most;

    /// <summary>Events of a moment are told together.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);

    /// <summary>A model that has just had an answer may be about to call again, and then hears by itself.</summary>
    private static readonly TimeSpan Thinking = TimeSpan.FromMilliseconds(800);

    /// <summary>One that goes on calling other tools is told all the same.</summary>
    private static readonly TimeSpan LongestThinking = TimeSpan.FromSeconds(3);

    private readonly Lock gate = new();
    private readonly List<string> awaited = [];
    private readonly LaneTasks offered = new();
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
                return [.. awaited.Take(MostAwaited)];
            }
        }
    }

    /// <summary>The tasks to ask the bus about, as many in each part as one request takes, and what completes when they are others.</summary>
    public (IReadOnlyList<string[]> Parts, Task Changed) Watched()
    {
        lock (gate)
        {
            var waiting = awaited.Take(MostAwaited).ToList();
            return ([.. waiting.Chunk(TaskLimits.MaxWatchedTasks), .. offered.Ids.Except(waiting).Chunk(TaskLimits.MaxWatchedTasks)], watchChanged.Task);
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
        Forget(one => one.Id == id);
        Renew(awaited.Remove(id) | offered.Remove(id));
    });

    /// <summary>What the session did itself is no news to it.</summary>
    public void Own(string id) => Change(() =>
    {
        own.Add(id);
        Forget(one => one.Id == id && one.Lane is not null);
        Renew(offered.Remove(id));
    });

    /// <summary>The session has given a task back: that it is free now is no news to it.</summary>
    public void Release(string id) => Change(() =>
    {
        if (!Forget(one => one.Id == id && one.Kind == WakeKind.Task))
        {
            offered.Release(id);
        }
    });

    /// <summary>The session has read a question or a lane, or has taken a task.</summary>
    public void Read(Predicate<WakeEvent> which) => Change(() => Forget(which));

    /// <summary>The session has been shown what this event is about, whether or not it was heard of here.</summary>
    public void Hear(string key) => Change(() => _ = told.Add(key) | news.Remove(key));

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
            offered.NoteTold(one.Id);
        }

        Renew(was);
    });

    /// <summary>A task lies on a lane. The bus is asked whether it can be claimed, and for as long as it is not over: it may come back.</summary>
    public void Offer(string id, string lane) => Change(() => Renew(!own.Contains(id) && offered.Add(id, lane)));

    public void Raise(WakeEvent one) => Change(() =>
    {
        if (!told.Contains(one.Key) && !(one.Lane is not null && own.Contains(one.Id)))
        {
            news.TryAdd(one.Key, new(one, time.GetTimestamp()));
            var messages = news.Values.Where(other => other.Event.Kind == WakeKind.Message && other.Event.Lane == one.Lane).ToList();
            if (messages.Count > MostMessages)
            {
                news.Remove(messages.MinBy(static other => other.Since)!.Event.Key);
            }
        }
    });

    /// <summary>A watched task was seen: open, taken, waiting for a time or other tasks, or over.</summary>
    /// <inheritdoc cref="LaneTasks.See"/>
    public void SeeOffered(string id, string word, bool isOver, int? deliveries) => Change(() =>
    {
        var (one, isOpen) = (offered.See(id, word, deliveries, told), word == TaskStates.Open);
        foreach (var past in news.Values.Select(static known => known.Event).Where(known => known.Kind == WakeKind.Task && known.Id == id && !(isOpen && known == one)).ToList())
        {
            news.Remove(past.Key);
        }

        if (one is not null && isOpen && !told.Contains(one.Key))
        {
            news.TryAdd(one.Key, new(one, time.GetTimestamp()));
        }

        Renew(isOver && offered.Remove(id));
    });

    /// <summary>What can be told now, and after what time there may be more; null: not before the next change.</summary>
    public (IReadOnlyList<WakeEvent> Events, TimeSpan? Due) Tellable()
    {
        lock (gate)
        {
            var thinking = lastCallEnded is { } ended ? Thinking - time.GetElapsedTime(ended) : TimeSpan.Zero;
            var free = news.Values.Where(one => !heldBack.Contains(one.Event.Lane ?? one.Event.Id) && !heldBack.Contains(one.Event.Id)).ToList();
            if (free.Count == 0)
            {
                return ([], null);
            }

            var age = time.GetElapsedTime(free.Min(static one => one.Since));
            thinking = thinking < LongestThinking - age ? thinking : LongestThinking - age;
            var due = thinking > Moment - age ? thinking : Moment - age;
            return due > TimeSpan.Zero ? ([], due) : ([.. free.Select(static one => one.Event).OrderBy(static one => one.Kind)], null);
        }
    }

    /// <returns>Whether there was one.</returns>
    private bool Forget(Predicate<WakeEvent> which)
    {
        var known = news.Values.Select(static one => one.Event).Where(one => which(one)).ToList();
        foreach (var one in known)
        {
            told.Add(one.Key);
            news.Remove(one.Key);
        }

        return known.Count > 0;
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

    /// <param name="Since">When it was heard of.</param>
    private sealed record News(WakeEvent Event, long Since);
}
