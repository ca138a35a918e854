using System.Runtime.InteropServices;

namespace Backchannel.Native.Files;

/// <summary>Which file it is: its device and its number there, which stay the same when the file is written and change when it is replaced.</summary>
internal readonly partial record struct FileIdentity(long Device, long Number)
{
    private const int NumberOnly = 0x100;
    private const int CurrentFolder = -100;

    private const int NoSuchFile = 2;
    private const int NotADirectory = 20;

    /// <summary>Looks a path up, through links.</summary>
    /// <param name="path">The path as <see cref="FileStatus.Prepare"/> gives it.</param>
    /// <returns>Null: there is no such file.</returns>
    /// <exception cref="IOException">The system does not tell.</exception>
    public static FileIdentity? Of(ReadOnlySpan<byte> path)
    {
        // Asking for the times too, as stat does, makes Linux store a new time with the next write, and sync it: a write to the disk more.
        if (OperatingSystem.IsLinux() && Statx(CurrentFolder, path, flags: 0, NumberOnly, out var fields) == 0)
        {
            return fields.Identity;
        }

        // Also where statx is missing or forbidden.
        if (FileStatus.Read(path, followLinks: true) is { } status)
        {
            return status.Identity;
        }

        var error = Marshal.GetLastPInvokeError();
        return error is NoSuchFile or NotADirectory ? null : throw new IOException(Marshal.GetPInvokeErrorMessage(error));
    }

    [LibraryImport("libc", EntryPoint = "statx")]
    private static partial int Statx(int folder, ReadOnlySpan<byte> path, int flags, uint mask, out ExtendedStatus fields);
}
