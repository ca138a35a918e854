using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Storage.Engine;
using Backchannel.Native.Wire;

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
        var leases = context.Storage.Claims.RunOutLeases(context.Now, Slice);
        foreach (var key in leases)
        {
            if (context.Storage.Messages.Find(key) is { } message)
            {
                TaskAttempts.End(context, message, AttemptOutcomes.LeaseRanOut, null);
            }
        }

        return leases.Count;
    }
}
