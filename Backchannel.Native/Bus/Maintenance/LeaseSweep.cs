using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Maintenance;

/// <summary>Frees messages whose lease has run out without an ack, and wakes those who wait for them. Shortens leases that are too long.</summary>
internal sealed class LeaseSweep(BusDatabase database, TimeProvider timeProvider) : IMaintenancePass
{
    private const int Slice = 500;

    public string Name => "lease_sweep";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested && await HasToEndAsync())
        {
            await database.Writes.RunAsync(Free);
        }
    }

    // After the clock was set, the next write adjusts the ends of leases.
    private async ValueTask<bool> HasToEndAsync() =>
        database.Writes.ClockWasSet || await database.ReadAsync(storage => storage.Claims.HasLeaseToEnd(Instant.Now(timeProvider)));

    private static int Free(WriteContext context)
    {
        context.Storage.Claims.ShortenLeases(context.Now);
        var unconfirmed = context.Storage.Claims.TakeBackUnconfirmed(context.Now, Slice);
        var leases = context.Storage.Claims.RunOutLeases(context.Now, Slice);
        foreach (var (message, _) in leases)
        {
            context.Storage.Claims.Release(message);
        }

        foreach (var (message, channel) in unconfirmed.Concat(leases))
        {
            context.MessageChanged(channel, message);
            context.TaskOpened(channel);
        }

        return unconfirmed.Count + leases.Count;
    }
}
