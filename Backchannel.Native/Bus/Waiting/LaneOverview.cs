using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Waiting;

/// <summary>How the channels of a key stand, and who works on them.</summary>
/// <param name="notStored">The minutes that are not stored yet.</param>
internal sealed class LaneOverview(WorkerPresence presence, MinuteCounts notStored)
{
    /// <summary>Tasks that ended, looked at of each channel and each way to end.</summary>
    private const int EndedOfLane = 20;

    private const int BeginningCharacters = 120;

    /// <summary>Channels that are looked at for stuck tasks of one kind, of those that the key created and of the others.</summary>
    private const int StuckLanes = 20;

    /// <param name="since">From when on acknowledged tasks are counted as done.</param>
    public IReadOnlyList<LaneView> Lanes(StorageSession storage, ApiKeyRecord key, IReadOnlyList<ChannelRecord> channels, long since, long now) =>
        [.. channels.Select(channel => Lane(storage, key, channel, since, now))];

    /// <summary>Tasks that wait for a person: at most <paramref name="limit"/> with an open question, then as many that failed.</summary>
    /// <remarks>Those that the key posted come first, then those of the channels that it created: strangers who fill a channel push neither out of sight.</remarks>
    /// <param name="lanes">How the <paramref name="channels"/> stand.</param>
    public static IReadOnlyList<TaskRow> Stuck(
        StorageSession storage, ApiKeyRecord key, IReadOnlyList<ChannelRecord> channels, IReadOnlyList<LaneView> lanes, int limit, long now)
    {
        var lists = storage.TaskLists;
        return
        [
            .. Newest(static lane => lane.Questions > 0, () => lists.NewestAskingOf(key.KeyId, limit, now), channel => lists.NewestAsking(channel.Number, limit, now)),
            .. Newest(
                static lane => lane.Failed > 0,
                () => lists.NewestFailedOf(key.KeyId, limit, now),
                channel => lists.Newest(channel.Number, TaskStates.Failed, olderThan: null, limit, now)),
        ];

        IEnumerable<TaskRow> Newest(Func<LaneView, bool> has, Func<IReadOnlyList<MessageRecord>> listPosted, Func<ChannelRecord, IReadOnlyList<MessageRecord>> list)
        {
            // The counts are there already, and looking at what the key posted costs as much as all of them.
            if (!lanes.Any(has))
            {
                return [];
            }

            var posted = listPosted();
            return Rows(channels, channel => posted.Where(message => message.Channel == channel.Number))
                .Concat(OfLanes(own: true)).Concat(OfLanes(own: false)).DistinctBy(static row => row.Id).Take(limit);

            IEnumerable<TaskRow> OfLanes(bool own) => Rows(
                lanes.Where(lane => lane.Own == own && has(lane)).Take(StuckLanes).Select(lane => channels.First(channel => channel.Id == lane.Id)), list);

            IEnumerable<TaskRow> Rows(IEnumerable<ChannelRecord> of, Func<ChannelRecord, IEnumerable<MessageRecord>> tasks) => of
                .SelectMany(channel => tasks(channel).Select(message => message.ToRow(storage, key, channel, now)))
                .OrderByDescending(static row => row.ChangedAt, StringComparer.Ordinal);
        }
    }

    public WorkerList Workers(StorageSession storage, ApiKeyRecord key, long now)
    {
        List<LaneWaiter> waiting = [];
        List<LaneHolder> holding = [];
        List<TaskRow> ended = [];
        foreach (var channel in VisibleLanes.Of(storage, key).Lanes.Where(static channel => channel.IsClaimable))
        {
            waiting.AddRange(presence.Describe(storage, channel, now).Waiting.Select(worker => new LaneWaiter(channel.Id, worker.Actor, worker.Since)));
            holding.AddRange(WorkerPresence.Held(storage, channel, now).Take(Limits.MaxPageSize).Select(task => Holder(storage, channel, task)));
            ended.AddRange(Ended(storage, key, channel, now));
        }

        return new WorkerList(
            waiting, holding, [.. ended.OrderByDescending(static row => row.EndedAt, StringComparer.Ordinal).Take(Limits.DefaultPageSize)]);
    }

    private LaneView Lane(StorageSession storage, ApiKeyRecord key, ChannelRecord channel, long since, long now)
    {
        var counts = storage.Counts.Living(channel.Number, now);
        var (claimed, questions) = storage.Lanes.AtWork(channel.Number, now);
        var states = storage.Counts.Tasks(channel.Number, now) ?? new TaskCounts(0, 0, 0);
        var thisMinute = MinuteStore.Of(now);
        var firstMinute = Math.Min(MinuteStore.Of(since), thisMinute - Limits.LaneMinutes + 1);
        IReadOnlyList<LaneMinute> minutes = [.. storage.Minutes.List(channel.Number, firstMinute), .. notStored.OfChannel(channel.Number)];
        var (posts, acks) = (new long[Limits.LaneMinutes], new long[Limits.LaneMinutes]);
        foreach (var minute in minutes)
        {
            if (minute.Minute - thisMinute + Limits.LaneMinutes - 1 is >= 0 and < Limits.LaneMinutes and var place)
            {
                posts[place] += minute.Posted;
                acks[place] += minute.Acked;
            }
        }

        var isOwn = channel.CreatedByKeyId == key.KeyId;
        return new LaneView(
            channel.Id,
            channel.Name,
            channel.Mode,
            channel.Access,
            channel.Description,
            isOwn,
            Math.Max(0, counts.Total - counts.Acknowledged - claimed - states.Waiting - states.Failed - states.Cancelled),
            claimed,
            states.Waiting,
            states.Failed,
            states.Cancelled,
            questions,
            isOwn && channel.Access == ChannelAccess.Restricted ? storage.AccessRequests.Pending(channel).Count : 0,
            minutes.Where(minute => minute.Minute >= MinuteStore.Of(since)).Sum(static minute => minute.Acked),
            presence.Count(storage, channel, now),
            channel.IsClaimable ? Instant.ToText(storage.Lanes.OldestOpen(channel.Number, now)) : null,
            posts,
            acks);
    }

    private LaneHolder Holder(StorageSession storage, ChannelRecord channel, TaskAtWork task)
    {
        var message = storage.Messages.Find(task.Id);
        return new LaneHolder(
            channel.Id,
            task.Actor,
            task.Id,
            Instant.ToText(task.ClaimedAt),
            Instant.ToText(message?.LeaseExpiresAt),
            Text.WholeCharacters.Take(message?.Content ?? "", BeginningCharacters),
            !presence.IsHere(task));
    }

    private static IEnumerable<TaskRow> Ended(StorageSession storage, ApiKeyRecord key, ChannelRecord channel, long now) =>
        from state in (string[])[TaskStates.Acknowledged, TaskStates.Failed, TaskStates.Cancelled]
        from message in storage.TaskLists.Newest(channel.Number, state, olderThan: null, EndedOfLane, now)
        select message.ToRow(storage, key, channel, now);
}
