using Backchannel.Native.Files;

namespace Backchannel.Native.Bus.Storage;

/// <summary>A file that is open, and whether its path still leads to it.</summary>
/// <remarks>On Windows an open file can be neither removed nor replaced.</remarks>
internal sealed class WatchedFile
{
    private readonly byte[] prepared;
    private readonly FileIdentity? identity;

    /// <summary>Notes which file is at the path now.</summary>
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
                // The system cannot tell, for example while a network drive is away. That is no proof.
                return false;
            }
        }
    }
}
