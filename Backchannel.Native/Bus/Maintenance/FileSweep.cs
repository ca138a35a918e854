using Backchannel.Native.Bus.Memory;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Maintenance;

/// <summary>Removes files that no message names and no key may name, and what interrupted uploads left.</summary>
internal sealed class FileSweep(BusDatabase database, UploadsUnderWay uploads, TimeProvider timeProvider) : IMaintenancePass
{
    private const int Slice = 200;

    // A megabyte a write, so that other writes wait little.
    private const int PartsPerWrite = 4;

    public string Name => "files";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (await database.ReadAsync(storage => storage.Files.HasUploadsToForget(Instant.Now(timeProvider))))
        {
            while (!cancellationToken.IsCancellationRequested
                && await database.Writes.RunAsync(static context => context.Storage.Files.ForgetUploads(context.Now, Slice)) == Slice)
            {
            }
        }

        while (!cancellationToken.IsCancellationRequested && await database.ReadAsync(static storage => storage.Files.Unreferenced(Slice)) is { Count: > 0 } files)
        {
            await database.Writes.RunAsync(context =>
            {
                foreach (var file in files)
                {
                    context.Storage.Files.Retire(file);
                }

                return files.Count;
            });
        }

        foreach (var name in (await database.ReadAsync(static storage => storage.Files.Leftovers())).Where(name => !uploads.Has(name, Instant.Now(timeProvider))))
        {
            while (!cancellationToken.IsCancellationRequested
                && await database.Writes.RunAsync(context => context.Storage.Files.Remove(name, PartsPerWrite)) == PartsPerWrite)
            {
            }
        }
    }
}
