using Backchannel.Native.Files;

namespace Backchannel.Native.Work;

/// <summary>Two private folders of one run: where its command puts files for the poster, and where long output is kept.</summary>
/// <remarks>
/// The command can do to them what it likes, so a file is made only where none is, and is sent only if its folder is still the one that was made here:
/// a link in its place could lead to any file of the user.
/// </remarks>
internal sealed class RunFolder : IDisposable
{
    private readonly HashSet<FileIdentity?> own;

    public RunFolder()
    {
        // The user alone can enter them.
        Results = Directory.CreateTempSubdirectory("backchannel-work-results-").FullName;
        Output = Directory.CreateTempSubdirectory("backchannel-work-output-").FullName;
        own = [IdentityOf(Results), IdentityOf(Output)];
    }

    /// <summary>Opens a file of one of the two folders. No link is followed, not even in the folder's own place.</summary>
    /// <returns>Null: it is no regular file with one name, or lies elsewhere.</returns>
    public ConfinedFile? Open(string path)
    {
        try
        {
            return ConfinedFile.Open(Path.GetDirectoryName(path)!, [Path.GetFileName(path)], folder => !own.Contains(folder));
        }
        catch (Exception fault) when (fault is IOException or FileRefusedException)
        {
            return null;
        }
    }

    private static FileIdentity? IdentityOf(string path) => FileStatus.Read(path)?.Identity;

    /// <summary>What the command puts here goes with the result.</summary>
    public string Results { get; }

    public string Output { get; }

    /// <summary>Paths of the files for the poster; hidden ones and folders are none.</summary>
    public List<string> ListResults()
    {
        try
        {
            return [.. Directory.EnumerateFiles(Results).Where(static file => Path.GetFileName(file)[0] != '.').Order(StringComparer.Ordinal)];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The command removed the folder, or took away the rights.
            return [];
        }
    }

    public void Dispose()
    {
        foreach (var path in (string[])[Results, Output])
        {
            try
            {
                // Of a link in its place, the link itself.
                Directory.Delete(path, recursive: true);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // A process that left its group may still write there, or the command took away the rights. The system clears its temporary folder.
            }
        }
    }
}
