using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Maintenance;

/// <summary>Opens tasks whose time has come, and fails those whose prerequisites ended without a result or are over.</summary>
internal sealed class TaskSweep(BusDatabase database, TimeProvider timeProvider) : IMaintenancePass
{
    private const int Slice = 200;

    /// <summary>A failure cannot be undone, and a clock that was set may be wrong for a moment.</summary>
    private static readonly TimeSpan PauseAfterClockSet = TimeSpan.FromMinutes(1);

    private readonly ClockWatch clock = new(timeProvider);
    private long? clockSetAt;

    // When the first unmet prerequisite is over, of the tasks up to the newest one that was looked at. So a pass reads only what was posted since.
    private long nextEnd = long.MaxValue;
    private long newest;

    public string Name => "task_sweep";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (clock.WasSet())
        {
            clockSetAt = timeProvider.GetTimestamp();
        }

        while (!cancellationToken.IsCancellationRequested && await HasWorkAsync())
        {
            var losesExpired = IsEndDue();
            await database.Writes.RunAsync(context => Work(context, losesExpired));
            if (losesExpired)
            {
                (nextEnd, newest) = (long.MaxValue, 0);
            }
        }
    }

    private async ValueTask<bool> HasWorkAsync()
    {
        var (hasDue, unmet) = await database.ReadAsync(storage => (
            storage.Tasks.Due(Instant.Now(timeProvider), 1).Count > 0 || storage.Dependencies.Broken(1).Count > 0,
            storage.Dependencies.UnmetEnds(newest)));
        nextEnd = Math.Min(nextEnd, unmet.FirstEnd ?? long.MaxValue);
        newest = unmet.Newest ?? newest;
        return hasDue || IsEndDue();
    }

    private bool IsEndDue() =>
        nextEnd <= Instant.Now(timeProvider) && (clockSetAt is not { } at || timeProvider.GetElapsedTime(at) >= PauseAfterClockSet);

    private static int Work(WriteContext context, bool losesExpired)
    {
        var due = context.Storage.Tasks.Due(context.Now, Slice);
        foreach (var message in due)
        {
            Dependents.TryOpen(context, message);
        }

        if (losesExpired)
        {
            context.Storage.Dependencies.LoseExpired(context.Now);
        }

        return due.Count + Dependents.Fail(context, Slice);
    }
}
