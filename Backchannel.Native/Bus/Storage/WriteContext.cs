namespace Backchannel.Native.Bus.Storage;

/// <summary>What one write may use: the stores, the time, and what has to happen once it is on the disk.</summary>
/// <param name="storage">The only session that writes.</param>
/// <param name="clock">Gives the times that this write stores.</param>
/// <param name="allowances">Known to the writer alone.</param>
internal sealed class WriteContext(StorageSession storage, WriteClock clock, PostAllowances allowances)
{
    private List<Action>? afterCommit;
    private HashSet<Change>? changes;
    private List<long>? openings;
    private List<Action<TaskMeasures>>? measured;

    public StorageSession Storage { get; } = storage;

    public PostAllowances Allowances { get; } = allowances;

    /// <summary>Microseconds since 1970 when the write runs.</summary>
    public long Now { get; } = clock.Now;

    /// <summary>A time that nothing on this instance has been given before: unique, growing with every commit.</summary>
    public long NextUniqueTime() => clock.NextUnique();

    /// <summary>The time of the machine's clock, advanced to be unique unless unique times run far ahead of the clock.</summary>
    public long NextTime() => clock.NextMoment().Real;

    /// <summary>The moment of a row that needs a unique time and has an end of life.</summary>
    public Moment NextMoment() => clock.NextMoment();

    /// <summary>Wakes those who wait for this change, after the commit.</summary>
    public void Changed(Change change) => (changes ??= []).Add(change);

    /// <summary>Wakes those who wait for this message or for its channel, after the commit.</summary>
    public void MessageChanged(long channel, long message)
    {
        Changed(Change.OfChannel(channel));
        Changed(Change.OfMessage(message));
    }

    /// <summary>Wakes one who waits for work on this channel, after the commit. Called once for each task that becomes open.</summary>
    public void TaskOpened(long channel) => (openings ??= []).Add(channel);

    public void AfterCommit(Action action) => (afterCommit ??= []).Add(action);

    /// <summary>The changes of this write, without repetitions.</summary>
    public IReadOnlyCollection<Change> Changes => changes ?? (IReadOnlyCollection<Change>)[];

    /// <summary>The channels on which tasks became open, each as often as that happened.</summary>
    public IReadOnlyList<long> Openings => openings ?? (IReadOnlyList<long>)[];

    /// <summary>Counts something, once it is on the disk.</summary>
    public void Measure(Action<TaskMeasures> count) => (measured ??= []).Add(count);

    /// <summary>Counts the end of an attempt, once it is on the disk.</summary>
    /// <param name="outcome">One of <see cref="Wire.AttemptOutcomes"/>.</param>
    public void AttemptEnded(string outcome, long? claimedAt) => Measure(measures =>
    {
        measures.Attempts.Add(outcome);
        measures.Runs.Add(Instant.Between(claimedAt ?? Now, Now));
    });

    /// <summary>What this write counts.</summary>
    public IReadOnlyList<Action<TaskMeasures>> Measured => measured ?? (IReadOnlyList<Action<TaskMeasures>>)[];

    /// <summary>Counts a post in the channel's minute, once it is on the disk.</summary>
    public void Posted(long channel) => Measure(measures => measures.Minutes.Add(new(channel, MinuteStore.Of(Now), Posted: 1, Acked: 0)));

    /// <summary>Counts an acknowledged task in the channel's minute, once it is on the disk.</summary>
    public void Acknowledged(long channel) => Measure(measures => measures.Minutes.Add(new(channel, MinuteStore.Of(Now), Posted: 0, Acked: 1)));

    public IReadOnlyList<Action> Deferred => afterCommit ?? (IReadOnlyList<Action>)[];
}
