using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Maintenance;

/// <summary>Stores the counts of minutes. While nothing is posted or acknowledged, it writes nothing.</summary>
internal sealed class MinuteKeeping(BusDatabase database) : IMaintenancePass
{
    public string Name => "minutes";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var minutes = database.Writes.Measures.Minutes.Take();
        if (minutes.Count == 0)
        {
            return;
        }

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
                database.Writes.Measures.Minutes.Add(minute);
            }

            throw;
        }
    }
}
