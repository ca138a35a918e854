using System.Runtime.InteropServices;
using System.Text;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Which file a path means: its device and its number there, which stay the same when the file is written and change when it is replaced.</summary>
internal readonly partial record struct FileIdentity(long Device, long Number)
{
    private const int NoSuchFile = 2;
    private const int NotADirectory = 20;

    /// <summary>Looks a path up, through links.</summary>
    /// <param name="path">The path as <see cref="Prepare"/> gives it.</param>
    /// <returns>Null: there is no such file.</returns>
    /// <exception cref="IOException">The system does not tell.</exception>
    public static FileIdentity? Of(ReadOnlySpan<byte> path)
    {
        if (Stat(path, out var status) == 0)
        {
            return new(status.Device, status.Number);
        }

        var error = Marshal.GetLastPInvokeError();
        return error is NoSuchFile or NotADirectory ? null : throw new IOException(Marshal.GetPInvokeErrorMessage(error));
    }

    /// <summary>A path in the form that looking it up takes, so that doing it often costs next to nothing.</summary>
    public static byte[] Prepare(string path) => Encoding.UTF8.GetBytes(path + '\0');

    // libc's own stat has another form on each system and processor; this is the one that .NET's files are built on.
    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_Stat", SetLastError = true)]
    private static partial int Stat(ReadOnlySpan<byte> path, out Status status);

    [StructLayout(LayoutKind.Sequential)]
    private struct Status
    {
        public int Flags;
        public int Mode;
        public uint User;
        public uint Group;
        public long Size;
        public long AccessTime;
        public long AccessTimeNanoseconds;
        public long ModificationTime;
        public long ModificationTimeNanoseconds;
        public long ChangeTime;
        public long ChangeTimeNanoseconds;
        public long BirthTime;
        public long BirthTimeNanoseconds;
        public long Device;
        public long SpecialDevice;
        public long Number;
        public uint UserFlags;
    }
}
