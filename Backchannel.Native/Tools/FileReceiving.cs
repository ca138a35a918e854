using System.Security.Cryptography;
using System.Text;
using Backchannel.Native.Client;
using Backchannel.Native.Files;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Files of the receiver: brings those of a message into a private folder, where the model can open them.</summary>
internal sealed class FileReceiving(FileFolders folders, TimeProvider time) : IDisposable
{
    private readonly ReceivedFolders received = new(time);

    /// <summary>Downloads what a message names and is not there yet.</summary>
    /// <returns>In the order of the message; null for none. A file that cannot be had is in the list too, with the reason: the task itself must not be lost by it.</returns>
    public async Task<IReadOnlyList<ReceivedFile>?> FetchAsync(BackchannelClient bus, Message message, CancellationToken cancellationToken)
    {
        if (message.Files is not { Count: > 0 } files)
        {
            received.SweepNowAndThen(folders.Received);
            return null;
        }

        string folder;
        try
        {
            folder = received.Prepare(folders.Received, message);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [.. files.Select(file => ReceivedFile.Missing(file, fault.Message))];
        }

        var fetched = new List<ReceivedFile>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var file in files.Take(Limits.MaxFiles))
        {
            var path = Path.Combine(folder, NameIn(folder, file.Name, names));
            fetched.Add(await FetchAsync(bus, message.Id, file, path, cancellationToken));
        }

        return fetched;
    }

    public void Dispose() => received.Dispose();

    private static async Task<ReceivedFile> FetchAsync(BackchannelClient bus, string messageId, FileReference file, string path, CancellationToken cancellationToken)
    {
        try
        {
            if (!await IsThereAsync(path, file, cancellationToken))
            {
                await DownloadAsync(bus, messageId, file, path, cancellationToken);
            }

            return new ReceivedFile(path, file.Bytes);
        }
        catch (BackchannelException fault)
        {
            return ReceivedFile.Missing(file, fault.Message);
        }
        catch (Exception fault) when (fault is FileRefusedException or IOException or UnauthorizedAccessException)
        {
            return ReceivedFile.Missing(file, fault.Message);
        }
    }

    private static async Task DownloadAsync(BackchannelClient bus, string messageId, FileReference file, string path, CancellationToken cancellationToken)
    {
        if (file.Bytes is < 0 or > Limits.MostFileBytes)
        {
            throw new FileRefusedException($"its length is given as {file.Bytes:N0} bytes, more than is taken");
        }

        // No name that a message can give begins with a dot.
        var part = Path.Combine(Path.GetDirectoryName(path)!, $".{Guid.NewGuid():n}.part");
        try
        {
            await using (var target = new FileStream(part, PrivateFiles.Options(FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read)))
            {
                await bus.DownloadFileAsync(
                    messageId, file.Sha256, file.Bytes, (stream, cancellation) => ReceiveAsync(stream, target, file, cancellation), cancellationToken);
            }

            File.Move(part, path, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>Writes what comes, from the beginning at each attempt, and checks it.</summary>
    private static async Task ReceiveAsync(Stream stream, FileStream target, FileReference file, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 * 1024];
        OnDisk(() => target.SetLength(0));
        target.Position = 0;
        var length = 0L;
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            length += read;
            if (length > file.Bytes)
            {
                break;
            }

            hash.AppendData(buffer, 0, read);
            OnDisk(() => target.Write(buffer, 0, read));
        }

        if (length != file.Bytes || Convert.ToHexStringLower(hash.GetHashAndReset()) != file.Sha256)
        {
            throw new FileRefusedException("what came is not what the message names (another length or hash): it was thrown away");
        }
    }

    // A fault of the own disk must not look like one of the connection, which would be tried again.
    private static void OnDisk(Action write)
    {
        try
        {
            write();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new FileRefusedException($"it cannot be written: {fault.Message}");
        }
    }

    private static async Task<bool> IsThereAsync(string path, FileReference file, CancellationToken cancellationToken)
    {
        if (new FileInfo(path) is not { Exists: true, LinkTarget: null } there || there.Length != file.Bytes || FileStatus.Read(path) is { IsRegularFile: false })
        {
            return false;
        }

        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken)) == file.Sha256;
    }

    /// <summary>A safe name that no other file of the message has, short enough that the path costs the model little.</summary>
    private static string NameIn(string folder, string given, HashSet<string> taken)
    {
        var room = Math.Clamp(ReceivedFile.MaxPathBytes - Encoding.UTF8.GetByteCount(folder) - "/-10".Length, 20, Limits.MaxFileNameBytes);
        var name = SafeFileName.Of(given, room);
        for (var number = 2; !taken.Add(name); number++)
        {
            name = SafeFileName.Numbered(SafeFileName.Of(given, room), number);
        }

        return name;
    }
}
