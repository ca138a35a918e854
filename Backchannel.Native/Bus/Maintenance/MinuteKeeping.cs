using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Maintenance;

/// <summary>Stores the counts of minutes. While nothing is posted or acknowledged, it writes nothing.</summary>
internal sealed class MinuteKeeping(BusDatabase database) : IMaintenancePass
{
    public string Name => "minutes";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var counts = database.Writes.Measures.Minutes;
        if (counts.IsEmpty)
        {
            return;
        }

        var minutes = counts.BeginStore();
        try
        {
            await database.Writes.RunAsync(context =>
            {
                foreach (var minute in minutes)
                {
                    context.Storage.Minutes.Add(minute);
                }

                return minutes.Count;
            });
        }
        catch
        {
            foreach (var minute in minutes)
            {
                counts.Add(minute);
            }

            throw;
        }
        finally
        {
            counts.EndStore();
        }
    }
}
