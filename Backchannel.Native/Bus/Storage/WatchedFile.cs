using Backchannel.Native.Files;

namespace Backchannel.Native.Bus.Storage;

/// <summary>A file that was opened under a path, and whether the path still leads to it.</summary>
/// <remarks>On Windows an open file can be neither removed nor replaced.</remarks>
internal sealed class WatchedFile
{
    private readonly byte[] prepared;
    private readonly FileIdentity? identity;

    /// <summary>Takes the file that lies there now.</summary>
    public WatchedFile(string path)
    {
        Path = path;
        prepared = FileStatus.Prepare(path);
        identity = OperatingSystem.IsWindows() ? null : FileIdentity.Of(prepared);
    }

    public string Path { get; }

    /// <summary>Whether the path leads to another file now, or to none.</summary>
    public bool IsGone
    {
        get
        {
            if (OperatingSystem.IsWindows())
            {
                return false;
            }

            try
            {
                return FileIdentity.Of(prepared) != identity;
            }
            catch (IOException)
            {
                // Not known, such as a network that is away for a moment: that is no proof.
                return false;
            }
        }
    }
}
