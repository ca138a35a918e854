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
    public async Task<LiveChanges> ReadAsync(ApiKeyRecord key, string? after, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (log.Parse(after) is not { } cursor)
        {
            return await ResetAsync();
        }

        using var waiter = wait > TimeSpan.Zero && options.LongPollEnabled ? signals.Join(Change.OfLookingOn, key.KeyId) : null;
        using var deadline = new CancellationTokenSource(wait < options.LongPollMaxWait ? wait : options.LongPollMaxWait, timeProvider);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        HashSet<long>? shown = null;
        while (true)
        {
            var (next, closing) = (log.Next, waiter?.Next);
            var isLast = waiter is null || signals.IsClosed || ending.IsCancellationRequested;
            var (place, changes) = log.Since(cursor.Place);
            if (changes is null)
            {
                return await ResetAsync();
            }

            if (changes.Count > 0)
            {
                var answer = await ReadAsync(key, changes, (place, cursor.Newest), shown);
                if (answer.Lanes.Count > 0 || answer.Tasks.Count > 0 || answer.More)
                {
                    return answer;
                }

                cursor = log.Parse(answer.Cursor) ?? cursor;
            }

            // What was deleted cannot be asked any more whether this key was shown it.
            shown ??= isLast ? [] : await database.ReadAsync(storage => VisibleLanes.Of(storage, key).Lanes.Select(static channel => channel.Number).ToHashSet());
            if (isLast)
            {
                return new LiveChanges(log.ToText(cursor.Place, cursor.Newest), Reset: false, [], [], More: false);
            }

            Task change = Task.WhenAny(next, closing!);
            await change.WaitAsync(ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.Delay(Gathering, timeProvider, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task<LiveChanges> ResetAsync()
    {
        // The place first: what changes between the two is told once more rather than never.
        var place = log.Begin();
        var newest = await database.ReadAsync(static storage => storage.TaskLists.NewestOfAll());
        return new LiveChanges(log.ToText(place, newest), Reset: true, [], [], More: false);
    }

    private async Task<LiveChanges> ReadAsync(ApiKeyRecord key, IReadOnlyList<Change> changes, (long Place, long Newest) cursor, HashSet<long>? shown) =>
        await database.ReadAsync(storage =>
        {
            var now = Instant.Now(timeProvider);
            var channels = VisibleLanes.Of(storage, key).Lanes.ToDictionary(static channel => channel.Number);
            HashSet<long> lanes = [.. changes.Where(static change => change.Kind is ChangeKind.Channel or ChangeKind.ChannelRules)
                .Select(static change => change.Number).Where(channels.ContainsKey)];
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
            return new LiveChanges(
                log.ToText(cursor.Place, Math.Max(cursor.Newest, storage.TaskLists.NewestOfAll())),
                Reset: false,
                [.. lanes.Select(lane => channels[lane].Id)],
                isTooMuch ? [] : [.. messages.Select(message => message.ToRow(storage, channels[message.Channel], now)).OrderByDescending(static row => row.ChangedAt, StringComparer.Ordinal)],
                isTooMuch || changes.Any(change => change.Kind == ChangeKind.ChannelDeletion && shown?.Contains(change.Number) == true));
        });
}
