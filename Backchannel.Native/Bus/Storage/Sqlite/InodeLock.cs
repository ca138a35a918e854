using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Backchannel.Native.Bus.Storage.Sqlite;

/// <summary>A lock on a database file itself, by whatever name it was opened.</summary>
/// <remarks>
/// The locked byte lies behind the end of every database, so it blocks neither SQLite's own locks nor a tool that reads or copies the file. The lock
/// belongs to the open file and not to the process, so SQLite does not drop it by closing the file. But closing this file drops the locks that SQLite
/// has in this process: open it before SQLite opens the database, and close it after SQLite has closed it.
/// </remarks>
internal sealed partial class InodeLock : IDisposable
{
    // F_OFD_SETLK, F_WRLCK, F_UNLCK, EAGAIN and EACCES of Linux; the same on all processors.
    private const int SetOpenFileLock = 37;
    private const short WriteLock = 1;
    private const short NoLock = 2;
    private const int TryAgain = 11;
    private const int AccessDenied = 13;

    private const long Place = long.MaxValue - 1;

    private readonly FileStream file;

    private InodeLock(FileStream file) => this.file = file;

    /// <returns>The lock; null where the file cannot be written. On a file system without such locks, nothing is locked.</returns>
    /// <exception cref="DatabaseInUseException">Another process has it.</exception>
    [SupportedOSPlatform("linux")]
    public static InodeLock? Acquire(string database)
    {
        FileStream file;
        try
        {
            // The weakest of .NET's own locks, so that readers are not kept out.
            file = new FileStream(database, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // SQLite cannot write to it either, and reports that.
            return null;
        }

        var wanted = TheByte(WriteLock);
        if (Control(file.SafeFileHandle, SetOpenFileLock, ref wanted) != 0 && Marshal.GetLastPInvokeError() is TryAgain or AccessDenied)
        {
            file.Dispose();
            throw new DatabaseInUseException(database);
        }

        return new InodeLock(file);
    }

    /// <summary>Frees the lock.</summary>
    /// <remarks>Closing the file is not enough: a child process that has not started its program yet has a copy of the descriptor, which keeps the lock.</remarks>
    public void Dispose()
    {
        if (file.SafeFileHandle.IsClosed)
        {
            return;
        }

        var none = TheByte(NoLock);
        _ = Control(file.SafeFileHandle, SetOpenFileLock, ref none);
        file.Dispose();
    }

    private static Lock TheByte(short type) => new() { Type = type, Start = Place, Length = 1 };

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(SafeFileHandle file, int command, ref Lock wanted);

    /// <summary><c>struct flock</c> of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Lock
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Process;
    }
}
