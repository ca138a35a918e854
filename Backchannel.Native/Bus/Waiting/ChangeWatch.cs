using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Waiting;

/// <summary>Tells people who look on what changed among the channels that they are shown.</summary>
internal sealed class ChangeWatch(BusOptions options, BusDatabase database, Signals signals, ChangeLog log, TimeProvider timeProvider)
{
    /// <summary>Changes that come within this time are told together: a busy bus reads once for all of them.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(200);

    /// <summary>Changed tasks that are read for one answer: of those, most may belong to others.</summary>
    private const int MostRead = 500;

    /// <param name="after">A cursor of an earlier answer; null or unknown: the answer is a reset.</param>
    /// <exception cref="ApiException">The key was revoked meanwhile.</exception>
    public async Task<LiveChanges> ReadAsync(ApiKeyRecord key, string? after, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (log.Parse(after) is not { } cursor)
        {
            return await ResetAsync(key);
        }

        using var waiter = wait > TimeSpan.Zero && options.LongPollEnabled ? signals.Join(Change.OfLookingOn, key.KeyId) : null;
        using var deadline = new CancellationTokenSource(wait < options.LongPollMaxWait ? wait : options.LongPollMaxWait, timeProvider);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        while (true)
        {
            var (next, closing) = (log.Next, waiter?.Next);
            var isLast = waiter is null || signals.IsClosed || ending.IsCancellationRequested;
            var (place, changes) = log.Since(cursor.Place);
            if (changes is null)
            {
                return await ResetAsync(key);
            }

            cursor = cursor with { Place = place };
            if (changes.Count > 0)
            {
                var (answer, reached) = await ReadAsync(key, changes, cursor);
                if (answer.Lanes.Count > 0 || answer.Tasks.Count > 0 || answer.More)
                {
                    return answer;
                }

                cursor = reached;
            }

            if (isLast)
            {
                return new LiveChanges(log.ToText(cursor), Reset: false, [], [], More: false, People: []);
            }

            Task change = Task.WhenAny(next, closing!);
            await change.WaitAsync(ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (signals.IsClosed)
            {
                continue;
            }

            await Task.Delay(Gathering, timeProvider, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task<LiveChanges> ResetAsync(ApiKeyRecord key)
    {
        // The place first: what changes between the two is told once more rather than never.
        var place = log.Begin();
        var cursor = await database.ReadAsync(storage =>
            new ChangeCursor(place, storage.TaskLists.NewestOfAll(), VisibleLanes.Mark(VisibleLanes.Of(storage, key).Lanes)));
        return new LiveChanges(log.ToText(cursor), Reset: true, [], [], More: false, People: []);
    }

    private async Task<(LiveChanges Answer, ChangeCursor Reached)> ReadAsync(ApiKeyRecord key, IReadOnlyList<Change> changes, ChangeCursor cursor) =>
        await database.ReadAsync(storage =>
        {
            storage.RequireValid(key);
            var now = Instant.Now(timeProvider);
            var channels = VisibleLanes.Of(storage, key).Lanes.ToDictionary(static channel => channel.Number);
            HashSet<long> lanes = [.. ChannelsOf(changes, static kind => kind is ChangeKind.Channel or ChangeKind.ChannelRules).Where(channels.ContainsKey)];
            HashSet<long> people = [.. ChannelsOf(changes, static kind => kind == ChangeKind.ChannelPeople).Where(channels.ContainsKey).Except(lanes)];
            var posted = lanes.SelectMany(lane => storage.TaskLists.PostedAfter(lane, cursor.Newest, Limits.MaxPageSize + 1)).ToList();

            // A change of a message is one of its channel too: where no shown channel changed, no shown message did.
            List<long> changed = lanes.Count == 0 ? [] : [.. changes.Where(static change => change.Kind == ChangeKind.Message).Select(static change => change.Number).Take(MostRead + 1)];

            // Who gets so many reads the lists anew in any case.
            var isTooMuch = posted.Count > Limits.MaxPageSize || changed.Count > MostRead;
            List<MessageRecord> messages = isTooMuch ? [] :
            [
                .. posted.Concat(changed).Distinct().Select(storage.Messages.Find).OfType<MessageRecord>()
                    .Where(message => channels.ContainsKey(message.Channel)).Take(Limits.MaxPageSize + 1),
            ];
            isTooMuch |= messages.Count > Limits.MaxPageSize;

            // A channel that is gone cannot be asked whether this key was shown it, and it is not said of a channel of others that it is gone.
            var shown = VisibleLanes.Mark(channels.Values);
            var hasLost = shown != cursor.Lanes && changes.Any(change => IsOfAccess(change.Kind) && !channels.ContainsKey(change.Number));
            var reached = new ChangeCursor(
                cursor.Place,
                Math.Max(cursor.Newest, storage.TaskLists.NewestOfAll()),
                hasLost || changes.Any(change => IsOfAccess(change.Kind) && channels.ContainsKey(change.Number)) ? shown : cursor.Lanes);
            var answer = new LiveChanges(
                log.ToText(reached),
                Reset: false,
                [.. lanes.Concat(people).Select(lane => channels[lane].Id)],
                isTooMuch ? [] : [.. messages.Select(message => message.ToRow(storage, key, channels[message.Channel], now)).OrderByDescending(static row => row.ChangedAt, StringComparer.Ordinal)],
                isTooMuch || hasLost,
                [.. people.Select(lane => channels[lane].Id)]);
            return (answer, reached);
        });

    private static IEnumerable<long> ChannelsOf(IReadOnlyList<Change> changes, Func<ChangeKind, bool> isOf) =>
        changes.Where(change => isOf(change.Kind)).Select(static change => change.Number);

    /// <summary>Whether a channel may be shown to others after such a change than before.</summary>
    private static bool IsOfAccess(ChangeKind kind) => kind is ChangeKind.ChannelRules or ChangeKind.ChannelPeople or ChangeKind.ChannelDeletion;
}
