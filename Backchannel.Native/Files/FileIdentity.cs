using System.Runtime.InteropServices;

namespace Backchannel.Native.Files;

/// <summary>Which file it is: its device and its number there, which stay the same when the file is written and change when it is replaced.</summary>
internal readonly record struct FileIdentity(long Device, long Number)
{
    private const int NoSuchFile = 2;
    private const int NotADirectory = 20;

    /// <summary>Looks a path up, through links.</summary>
    /// <param name="path">The path as <see cref="FileStatus.Prepare"/> gives it.</param>
    /// <returns>Null: there is no such file.</returns>
    /// <exception cref="IOException">The system does not tell.</exception>
    public static FileIdentity? Of(ReadOnlySpan<byte> path)
    {
        if (FileStatus.Read(path, followLinks: true) is { } status)
        {
            return status.Identity;
        }

        var error = Marshal.GetLastPInvokeError();
        return error is NoSuchFile or NotADirectory ? null : throw new IOException(Marshal.GetPInvokeErrorMessage(error));
    }
}
