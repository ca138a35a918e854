using Backchannel.Native.Files;

namespace Backchannel.Native.Client;

/// <summary>What this program keeps in the user's home, checked before it is opened.</summary>
internal static class HomeFiles
{
    /// <summary>Refuses a path that is unsafe to open: opening a FIFO or device can block, and another user can read a file that they own.</summary>
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
