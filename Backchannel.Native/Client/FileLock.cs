using Backchannel.Native.Files;

namespace Backchannel.Native.Client;

/// <summary>A lock that processes of one machine share. The system frees it when its holder dies.</summary>
internal sealed class FileLock : IDisposable
{
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ShortestLimit = TimeSpan.FromSeconds(1);

    /// <summary>What opening a file gives that another process holds: EWOULDBLOCK of Linux and macOS, and Windows' sharing violation.</summary>
    private static readonly int[] HeldResults = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream file;

    private FileLock(FileStream file) => this.file = file;

    /// <summary>Waits until the lock is free and takes it.</summary>
    /// <param name="path">The lock file, made with its folder; readable by its owner only. It stays: deleting it would let two hold it.</param>
    /// <param name="timeout">Longest wait; zero: one try.</param>
    /// <exception cref="BackchannelException">Another process held it all the time.</exception>
    /// <exception cref="IOException">The file cannot be made, or something else lies there.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be opened.</exception>
    public static async Task<FileLock> AcquireAsync(
        string path, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await TryAcquireAsync(path, timeout > ShortestLimit ? timeout : ShortestLimit, time, cancellationToken) is { } held)
            {
                return held;
            }

            if (time.GetElapsedTime(start) >= timeout)
            {
                throw new BackchannelException(
                    $"another process has held {path} for {timeout.TotalSeconds:0} s. If it does not release it, find it with 'fuser {path}' or 'lsof {path}' and end it")
                {
                    Code = FaultCodes.Locked,
                };
            }

            await Task.Delay(LookAgainAfter, time, cancellationToken);
        }
    }

    public void Dispose() => file.Dispose();

    /// <summary>Opens the file on a thread of its own: a file system that hangs does not block the caller.</summary>
    private static async Task<FileLock?> TryAcquireAsync(string path, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        var opening = Task.Run(() => TryAcquire(path), CancellationToken.None);
        try
        {
            return await opening.WaitAsync(limit, time, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException && !opening.IsFaulted)
        {
            // The open may still succeed later; then the lock is released at once.
            _ = opening.ContinueWith(
                static late => late.Result?.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            if (exception is OperationCanceledException)
            {
                throw;
            }

            throw new BackchannelException($"{path} could not be opened within {limit.TotalSeconds:0} s; if it lies on a network drive, it may hang", exception)
            {
                Code = FaultCodes.Locked,
            };
        }
    }

    private static FileLock? TryAcquire(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        PrivateFiles.CreateFolder(folder);
        HomeFiles.RequireOwn(folder);
        HomeFiles.RequireUsable(path);
        try
        {
            return new(new FileStream(path, PrivateFiles.Options(FileMode.OpenOrCreate, FileAccess.Write, FileShare.None)));
        }
        catch (IOException exception) when (HeldResults.Contains(exception.HResult))
        {
            return null;
        }
    }
}
