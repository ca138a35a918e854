namespace Backchannel.Native.Client;

/// <summary>A lock that processes of one machine share. The system frees it when its holder dies.</summary>
internal sealed class FileLock : IDisposable
{
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(20);

    /// <summary>What opening a file that somebody holds gives: EWOULDBLOCK of Linux and macOS, and Windows' sharing violation.</summary>
    private static readonly int[] HeldResults = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream file;

    private FileLock(FileStream file) => this.file = file;

    /// <summary>Waits until the lock is free and takes it.</summary>
    /// <param name="path">The lock file; made readable by its owner only. It stays: deleting it would let two hold it.</param>
    /// <param name="timeout">Longest wait; zero: one try.</param>
    /// <exception cref="BackchannelException">Somebody held it all the time.</exception>
    /// <exception cref="IOException">The file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be opened.</exception>
    public static async Task<FileLock> AcquireAsync(
        string path, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryAcquire(path) is { } held)
            {
                return held;
            }

            if (time.GetElapsedTime(start) >= timeout)
            {
                throw new BackchannelException($"another process has held {path} for {timeout.TotalSeconds:0} s; end it, then try again")
                {
                    Code = FaultCodes.Timeout,
                };
            }

            await Task.Delay(LookAgainAfter, time, cancellationToken);
        }
    }

    public void Dispose() => file.Dispose();

    private static FileLock? TryAcquire(string path)
    {
        try
        {
            return new(new FileStream(path, PrivateFiles.Options(FileMode.OpenOrCreate, FileShare.None)));
        }
        catch (IOException exception) when (HeldResults.Contains(exception.HResult))
        {
            return null;
        }
    }
}
