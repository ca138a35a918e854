using System.Text;
using Backchannel.Native.Files;

namespace Backchannel.Native.Client;

/// <summary>Channels of other owners that keys of this machine have used: a file beside the key, one line each.</summary>
/// <remarks>Where the file cannot be used, the next process warns once more.</remarks>
internal sealed class ForeignChannels(TimeProvider time) : IDisposable
{
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly HashSet<string> used = new(StringComparer.Ordinal);

    /// <summary>Notes a use.</summary>
    /// <param name="entry">Key id and channel id.</param>
    /// <returns>True the first time.</returns>
    public async Task<bool> AddAsync(BusConnection connection, string entry, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            // On a thread of its own: when the file system hangs, the note is lost and the call goes on.
            return used.Add(entry) && (connection.SharedFolder is not { } folder
                || await Task.Run(() => AddToFileAsync(folder, entry, cancellationToken), cancellationToken).WaitAsync(LockTimeout, time, cancellationToken));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or BackchannelException or TimeoutException)
        {
            return true;
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => gate.Dispose();

    private async Task<bool> AddToFileAsync(string folder, string entry, CancellationToken cancellationToken)
    {
        using var held = await FileLock.AcquireAsync(
            Path.Combine(folder, "foreign-channels.lock"), LockTimeout, time, cancellationToken);
        var path = Path.Combine(folder, "foreign-channels");
        HomeFiles.RequireUsable(path);
        if (File.Exists(path) && (await File.ReadAllLinesAsync(path, cancellationToken)).Contains(entry))
        {
            return false;
        }

        await using var file = new FileStream(path, PrivateFiles.Options(FileMode.Append, FileAccess.Write, FileShare.Read));
        await file.WriteAsync(Encoding.UTF8.GetBytes(entry + "\n"), cancellationToken);
        return true;
    }
}
