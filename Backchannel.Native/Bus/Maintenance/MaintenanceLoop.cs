using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Maintenance;

/// <summary>Runs a pass, waits an interval, and so on until it is stopped.</summary>
internal sealed class MaintenanceLoop : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly Task running;

    /// <summary>Runs a pass at the start too, for a bus that stops before its interval is over.</summary>
    /// <param name="interval">Zero: never.</param>
    public MaintenanceLoop(IMaintenancePass pass, TimeSpan interval, TimeProvider timeProvider, BusLog log) =>
        running = interval > TimeSpan.Zero ? RunAsync(pass, interval, runsAtStart: true, timeProvider, log, stopping.Token) : Task.CompletedTask;

    /// <summary>Runs a pass that is not urgent: first after one interval. Without an interval it runs once, now.</summary>
    public MaintenanceLoop(ScheduledPass scheduled, TimeProvider timeProvider, BusLog log) =>
        running = scheduled.Interval switch
        {
            null => Task.Factory.StartNew(
                () => RunOnceAsync(scheduled.Pass, log, CancellationToken.None), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap(),
            { } interval when interval > TimeSpan.Zero => RunAsync(scheduled.Pass, interval, runsAtStart: false, timeProvider, log, stopping.Token),
            _ => Task.CompletedTask,
        };

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await running;
        stopping.Dispose();
    }

    private static async Task RunAsync(
        IMaintenancePass pass, TimeSpan interval, bool runsAtStart, TimeProvider timeProvider, BusLog log, CancellationToken cancellationToken)
    {
        try
        {
            var next = Task.Delay(interval, timeProvider, cancellationToken);
            if (runsAtStart)
            {
                // The bus does not wait for it.
                await Task.Yield();
                await RunOnceAsync(pass, log, cancellationToken);
            }

            while (true)
            {
                await next;
                await RunOnceAsync(pass, log, cancellationToken);
                next = Task.Delay(interval, timeProvider, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private static async Task RunOnceAsync(IMaintenancePass pass, BusLog log, CancellationToken cancellationToken)
    {
        try
        {
            await pass.RunAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is UnusableDatabaseException or StorageException { IsReported: true })
        {
            // The fault was reported when it was found, and every request is told.
        }
        // Catches everything: one failed pass, for example on a full disk, must not end the later ones.
        catch (Exception fault) when (fault is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            log.MaintenanceFault(pass.Name, fault);
        }
    }
}
