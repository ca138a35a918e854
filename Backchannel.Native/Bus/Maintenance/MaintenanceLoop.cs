using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Maintenance;

/// <summary>Runs a pass, waits an interval, and so on until it is stopped.</summary>
internal sealed class MaintenanceLoop : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly Task running;

    /// <param name="interval">Zero: never.</param>
    public MaintenanceLoop(IMaintenancePass pass, TimeSpan interval, TimeProvider timeProvider, BusLog log) =>
        running = interval > TimeSpan.Zero ? RunAsync(pass, interval, timeProvider, log, stopping.Token) : Task.CompletedTask;

    /// <summary>Runs what the storage engine asks for.</summary>
    public MaintenanceLoop(ScheduledPass scheduled, TimeProvider timeProvider, BusLog log) =>
        running = scheduled.Interval is { } interval
            ? RunAsync(scheduled.Pass, interval, timeProvider, log, stopping.Token)
            : Task.Factory.StartNew(
                () => RunOnceAsync(scheduled.Pass, log, CancellationToken.None), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await running;
        stopping.Dispose();
    }

    private static async Task RunAsync(IMaintenancePass pass, TimeSpan interval, TimeProvider timeProvider, BusLog log, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(interval, timeProvider, cancellationToken);
                await RunOnceAsync(pass, log, cancellationToken);
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
        catch (UnusableDatabaseException)
        {
            // The fault was reported when it was found, and every request is told.
        }
        // Catches everything: one failed pass, for example on a full disk, must not end the later ones.
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            log.MaintenanceFault(pass.Name, fault);
        }
    }
}
