using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Bus.Maintenance;

/// <summary>Frees messages whose lease has run out without an ack, and wakes who waits for them. No lease lasts longer than the longest one.</summary>
internal sealed class LeaseSweep(BusDatabase database, TimeProvider timeProvider) : IMaintenancePass
{
    private const int Slice = 500;

    public string Name => "lease_sweep";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested && HasToEnd())
        {
            await database.Writes.RunAsync(Free);
        }
    }

    // Once the clock was set, the ends of leases are right again with the next write.
    private bool HasToEnd() =>
        database.Writes.ClockWasSet || database.Read(storage => storage.Messages.HasLeaseToEnd(Instant.Now(timeProvider)));

    private static int Free(WriteContext context)
    {
        context.Storage.Messages.ShortenLeases(context.Now);
        var leases = context.Storage.Messages.RunOutLeases(context.Now, Slice);
        foreach (var (message, channel) in leases)
        {
            context.Storage.Messages.Release(message);
            context.MessageChanged(channel, message);
        }

        return leases.Count;
    }
}
