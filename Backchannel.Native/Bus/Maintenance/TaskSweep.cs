using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Maintenance;

/// <summary>Opens tasks whose time has come, and fails those whose prerequisites ended without a result.</summary>
internal sealed class TaskSweep(BusDatabase database, TimeProvider timeProvider) : IMaintenancePass
{
    private const int Slice = 200;

    public string Name => "task_sweep";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested && await HasWorkAsync())
        {
            await database.Writes.RunAsync(Work);
        }
    }

    private ValueTask<bool> HasWorkAsync() => database.ReadAsync(storage =>
        storage.Tasks.Due(Instant.Now(timeProvider), 1).Count > 0 || storage.Tasks.Broken(1).Count > 0);

    private static int Work(WriteContext context)
    {
        var due = context.Storage.Tasks.Due(context.Now, Slice);
        foreach (var message in due)
        {
            TaskLife.TryOpen(context, message);
        }

        return due.Count + TaskLife.FailDependents(context, Slice);
    }
}
