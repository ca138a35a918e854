using System.Runtime.InteropServices;
using System.Text;

namespace Backchannel.Native.Bus.Storage;

/// <summary>The file that a path leads to: its device and its number there. They stay when the file is written and change when it is replaced.</summary>
internal readonly partial record struct FileIdentity(long Device, long Number)
{
    private const int NoSuchFile = 2;
    private const int NotADirectory = 20;

    /// <summary>Looks a path up, through links.</summary>
    /// <param name="path">The path as <see cref="Prepare"/> gives it.</param>
    /// <returns>Null where there is no such file.</returns>
    /// <exception cref="IOException">The system cannot tell.</exception>
    public static FileIdentity? Of(ReadOnlySpan<byte> path)
    {
        if (Stat(path, out var status) == 0)
        {
            return new(status.Device, status.Number);
        }

        var error = Marshal.GetLastPInvokeError();
        return error is NoSuchFile or NotADirectory ? null : throw new IOException(Marshal.GetPInvokeErrorMessage(error));
    }

    /// <summary>A path in the form that <see cref="Of"/> takes, so that it is encoded once and not at every commit.</summary>
    public static byte[] Prepare(string path) => Encoding.UTF8.GetBytes(path + '\0');

    // The struct of libc's stat differs by system and processor. This function of .NET's own library has one form.
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
