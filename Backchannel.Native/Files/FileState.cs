using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Backchannel.Native.Files;

/// <summary>What the system says of an open file. Two of them are equal while nobody has written to it.</summary>
/// <param name="Links">How many names it has.</param>
/// <param name="Modified">When its bytes changed, in a unit of the system's own.</param>
/// <param name="Changed">When anything about it changed.</param>
internal readonly partial record struct FileState(bool IsRegular, uint Links, FileIdentity Identity, long Length, long Modified, long Changed)
{
    private const int Types = 0xF000;
    private const int Regular = 0x8000;
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <exception cref="IOException">The system does not tell.</exception>
    public static FileState Of(SafeFileHandle file) =>
        OperatingSystem.IsWindows() ? OfWindows(file)
        : OperatingSystem.IsMacOS() ? OfMacOS(file)
        : OfLinux(file);

    private static unsafe FileState OfLinux(SafeFileHandle file)
    {
        const nint EmptyPath = 0x1000;
        const nint BasicFields = 0x7ff;
        ExtendedStatus fields;
        var empty = (byte)0;
        return Call(ExtendedCall, file.DangerousGetHandle(), &empty, EmptyPath, BasicFields, &fields) == 0
            ? new(
                (fields.Mode & Types) == Regular,
                fields.Links,
                fields.Identity,
                fields.Size,
                (fields.ModifiedSeconds * NanosecondsPerSecond) + fields.ModifiedNanoseconds,
                (fields.ChangedSeconds * NanosecondsPerSecond) + fields.ChangedNanoseconds)
            : throw Failure();
    }

    private static FileState OfMacOS(SafeFileHandle file)
    {
        var result = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? StatArm(file, out var fields) : StatIntel(file, out fields);
        return result == 0
            ? new(
                (fields.Mode & Types) == Regular,
                fields.Links,
                new(fields.Device, (long)fields.Inode),
                fields.Size,
                (fields.ModifiedSeconds * NanosecondsPerSecond) + fields.ModifiedNanoseconds,
                (fields.ChangedSeconds * NanosecondsPerSecond) + fields.ChangedNanoseconds)
            : throw Failure();
    }

    private static FileState OfWindows(SafeFileHandle file) => GetFileInformation(file, out var fields)
        ? new(
            (fields.Attributes & (uint)(FileAttributes.Directory | FileAttributes.ReparsePoint | FileAttributes.Device)) == 0,
            fields.Links,
            new(fields.Volume, ((long)fields.IndexHigh << 32) | fields.IndexLow),
            ((long)fields.SizeHigh << 32) | fields.SizeLow,
            fields.Written,
            fields.Written)
        : throw Failure();

    private static IOException Failure() => new(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));

    /// <summary>Number of <c>statx</c>. Called by its number: older C libraries have no function for it.</summary>
    private static nint ExtendedCall => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 291 : 332;

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static unsafe partial nint Call(nint number, nint descriptor, byte* path, nint flags, nint mask, ExtendedStatus* fields);

    [LibraryImport("libSystem.dylib", EntryPoint = "fstat", SetLastError = true)]
    private static partial int StatArm(SafeFileHandle file, out OfApple fields);

    [LibraryImport("libSystem.dylib", EntryPoint = "fstat$INODE64", SetLastError = true)]
    private static partial int StatIntel(SafeFileHandle file, out OfApple fields);

    [LibraryImport("kernel32", EntryPoint = "GetFileInformationByHandle", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetFileInformation(SafeFileHandle file, out OfHandle fields);

    /// <summary><c>struct stat</c> of macOS, with inodes of 64 bits.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 144)]
    private struct OfApple
    {
        [FieldOffset(0)]
        public int Device;
        [FieldOffset(4)]
        public ushort Mode;
        [FieldOffset(6)]
        public ushort Links;
        [FieldOffset(8)]
        public ulong Inode;
        [FieldOffset(48)]
        public long ModifiedSeconds;
        [FieldOffset(56)]
        public long ModifiedNanoseconds;
        [FieldOffset(64)]
        public long ChangedSeconds;
        [FieldOffset(72)]
        public long ChangedNanoseconds;
        [FieldOffset(96)]
        public long Size;
    }

    /// <summary><c>BY_HANDLE_FILE_INFORMATION</c>.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private struct OfHandle
    {
        public uint Attributes;
        public long Created;
        public long Read;
        public long Written;
        public uint Volume;
        public uint SizeHigh;
        public uint SizeLow;
        public uint Links;
        public uint IndexHigh;
        public uint IndexLow;
    }
}
