using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Bus.Maintenance;

/// <summary>Frees messages whose lease has run out without an ack, and wakes who waits for them.</summary>
internal sealed class LeaseSweep(BusDatabase database, TimeProvider timeProvider) : IMaintenancePass
{
    private const int Slice = 500;

    public string Name => "lease_sweep";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested && database.Read(storage => storage.Messages.HasRunOutLease(Instant.Now(timeProvider))))
        {
            await database.Writes.RunAsync(Free);
        }
    }

    private static int Free(WriteContext context)
    {
        var leases = context.Storage.Messages.RunOutLeases(context.Now, Slice);
        foreach (var (message, channel) in leases)
        {
            context.Storage.Messages.Release(message);
            context.Changed(channel, message);
        }

        return leases.Count;
    }
}
