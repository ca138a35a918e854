using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Maintenance;

/// <summary>Notices within a second that files of the bus were removed or replaced. A write notices at once.</summary>
/// <param name="socket">The socket that the bus listens on; null where it has a port.</param>
internal sealed class FileWatch(BusDatabase database, WatchedFile? socket, BusLog log) : IMaintenancePass
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource filesGone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool isSocketReported;

    public string Name => "file_watch";

    /// <summary>Completes when the database's files are gone, or the socket's, without which no client finds the bus.</summary>
    public Task FilesGone => filesGone.Task;

    public Task RunAsync(CancellationToken cancellationToken)
    {
        var isSocketGone = socket is { IsGone: true };
        if (isSocketGone && !isSocketReported)
        {
            isSocketReported = true;
            log.SocketGone(socket!.Path);
        }

        if (!database.IsInPlace() || isSocketGone)
        {
            filesGone.TrySetResult();
        }

        return Task.CompletedTask;
    }
}
