using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Maintenance;

/// <summary>Enters the words of what was posted, so that it can be searched. A search looks through the newest rows itself.</summary>
/// <remarks>Posts wait little for it: while others write, it takes a small part of the time.</remarks>
internal sealed class WordEntering(BusDatabase database, TimeProvider timeProvider) : IMaintenancePass
{
    /// <summary>Rows a write.</summary>
    private const int Slice = 100;

    /// <summary>While others write, the pause after a slice is this many times as long as the slice took.</summary>
    private const int PauseFactor = 19;

    /// <summary>Up to where words were entered, by whichever process, at the last look.</summary>
    private long place;

    public string Name => "words";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // Asked each time: other processes with this database leave work too, when they end.
        var isWhole = !await database.ReadAsync(static storage => storage.Search.HasWork());
        while (!isWhole && !cancellationToken.IsCancellationRequested)
        {
            var (start, writes, turns) = (timeProvider.GetTimestamp(), database.Writes.Count, database.Writes.TurnsAfterOthers);
            isWhole = await database.Writes.RunAsync(static context =>
                context.Storage.Search.Enter(Slice) + context.Storage.Search.RemoveGone(Slice) == 0);
            // This process writes, or another one with the same database does: without a pause an idle bus would hold the turn that the others need.
            if (database.Writes.Count - writes > 1 || database.Writes.TurnsAfterOthers > turns)
            {
                await PauseAsync(timeProvider.GetElapsedTime(start) * PauseFactor, cancellationToken);
            }
        }
    }

    /// <summary>Goes on while another process enters words: each process with this database would take its part of the time beside the others.</summary>
    private async Task PauseAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        await HaveOthersEnteredAsync();
        do
        {
            await Task.Delay(time, timeProvider, cancellationToken);
        }
        while (await HaveOthersEnteredAsync());
    }

    /// <returns>Whether words were entered since the last look.</returns>
    private ValueTask<bool> HaveOthersEnteredAsync() => database.ReadAsync(storage =>
    {
        var before = place;
        place = storage.Search.Place();
        return place != before;
    });
}
