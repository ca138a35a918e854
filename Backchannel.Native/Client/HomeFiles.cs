using Backchannel.Native.Files;

namespace Backchannel.Native.Client;

/// <summary>What this program keeps in the user's home, checked before it is opened.</summary>
internal static class HomeFiles
{
    /// <summary>Refuses what is there and must not be opened: a FIFO or device can hang whoever opens it, a stranger's file is read by the stranger.</summary>
    /// <exception cref="IOException">It is no regular file, or another user's.</exception>
    public static void RequireUsable(string path)
    {
        if (FileStatus.Read(path, followLinks: true) is { IsRegularFile: false } other)
        {
            throw new IOException($"{path} is {other.TypeName}, and a file belongs there; remove it");
        }

        RequireOwn(path);
    }

    /// <exception cref="IOException">It is another user's.</exception>
    public static void RequireOwn(string path) =>
        PrivateFiles.RequireOwn(path, "remove it, or set HOME to a folder of your own");
}
