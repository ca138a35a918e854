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
            return new(fields.Device, fields.Number);
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
    private static partial int Statx(int folder, ReadOnlySpan<byte> path, int flags, uint mask, out Fields fields);

    /// <summary><c>struct statx</c>, the same on all processors.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Fields
    {
        [FieldOffset(0x20)]
        public long Number;

        [FieldOffset(0x88)]
        public uint Major;

        [FieldOffset(0x8C)]
        public uint Minor;

        /// <summary>The number that stat gives for the device.</summary>
        public readonly long Device =>
            ((long)(Major & 0xFFFFF000) << 32) | ((Major & 0xFFFL) << 8) | ((long)(Minor & 0xFFFFFF00) << 12) | (Minor & 0xFFL);
    }
}
