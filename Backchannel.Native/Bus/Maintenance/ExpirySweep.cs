using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Maintenance;

/// <summary>Moves expired messages to the archive, and removes rows whose time is over.</summary>
internal sealed class ExpirySweep(BusDatabase database, TimeProvider timeProvider) : IMaintenancePass
{
    // Rows a write. Small, so that other writes wait little however much is due.
    private const int Slice = 200;

    private readonly ClockWatch clock = new(timeProvider);

    public string Name => "expiry";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // The clock may be wrong for a moment, and a pass cannot be undone, so one pass is left out. Listings leave out what is over by the clock
        // in any case.
        if (clock.WasSet())
        {
            return;
        }

        var now = Instant.Now(timeProvider);
        await InSlicesAsync(
            await database.ReadAsync(storage => storage.Archive.ChannelsDue(now)),
            (context, channel, limit) => context.Storage.Archive.MoveDue(channel, context.Now, limit),
            cancellationToken);
        await InSlicesAsync(
            await database.ReadAsync(storage => storage.Archive.ChannelsToPurge(now)),
            (context, due, limit) => context.Storage.Archive.Purge(due.Channel, due.ArchivedAtOrBefore, limit),
            cancellationToken);
        await InSlicesAsync(
            await database.ReadAsync(storage => storage.Overflow.Channels()),
            static (context, channel, limit) => context.Storage.Overflow.Delete(
                channel, context.Storage.Channels.FindByNumber(channel)?.MaxMessages ?? int.MaxValue, limit, context.Now),
            cancellationToken);
        await InSlicesAsync(await database.ReadAsync(storage => storage.Channels.RemovedChannels()), RemoveChannel, cancellationToken);
        await InSlicesAsync<Func<WriteContext, int, int>>(
            [
                (context, limit) => context.Storage.Answers.DeleteExpired(context.Now, limit),
                (context, limit) => context.Storage.ClaimKeys.DeleteExpired(context.Now, limit),
                (context, limit) => context.Storage.Events.DeleteExpired(context.Now, limit),
                (context, limit) => context.Storage.Invitations.DeleteExpired(context.Now, limit),
                (context, limit) => context.Storage.Invitations.DeleteRevoked(limit),
                (context, limit) => context.Storage.Sessions.DeleteExpired(context.Now, limit),
                (context, limit) => context.Storage.Webhooks.ForgetMentions(context.Now, limit),
                (context, limit) => context.Storage.Minutes.DeleteOld(context.Now, limit),
            ],
            (context, remove, limit) => remove(context, limit),
            cancellationToken);
    }

    /// <summary>Works on one item after the other, with a limited number of rows per write.</summary>
    /// <param name="work">Handles rows of an item up to a limit and returns how many there were. Fewer than the limit mean that the item is done.</param>
    private async Task InSlicesAsync<T>(IReadOnlyList<T> items, Func<WriteContext, T, int, int> work, CancellationToken cancellationToken)
    {
        var next = 0;
        while (next < items.Count && !cancellationToken.IsCancellationRequested)
        {
            var start = next;
            next = await database.Writes.RunAsync(context =>
            {
                var (at, room) = (start, Slice);
                while (at < items.Count && room > 0)
                {
                    var done = work(context, items[at], room);
                    at += done < room ? 1 : 0;
                    room -= done;
                }

                return at;
            });
        }
    }

    private static int RemoveChannel(WriteContext context, long channel, int limit)
    {
        var removed = context.Storage.Messages.DeleteOldest(channel, limit);
        removed += context.Storage.Archive.Purge(channel, archivedAtOrBefore: long.MaxValue, limit - removed);
        if (removed < limit)
        {
            context.Storage.Channels.Forget(channel);
        }

        return removed;
    }
}
