using Microsoft.Win32.SafeHandles;

namespace Backchannel.Native.Files;

/// <summary>A regular file with one name below a folder, opened for reading without following links.</summary>
internal sealed class ConfinedFile : IDisposable
{
    private readonly SafeFileHandle handle;
    private readonly FileState opened;

    private ConfinedFile(SafeFileHandle handle, FileState opened)
    {
        this.handle = handle;
        this.opened = opened;
    }

    public long Length => opened.Length;

    /// <summary>Whether somebody wrote to it since it was opened.</summary>
    public bool HasChanged => FileState.Of(handle) != opened;

    /// <param name="isBarred">Whether a folder may not be the one: told which folder was really opened.</param>
    /// <inheritdoc cref="FolderDescent.Open"/>
    public static ConfinedFile Open(string folder, IReadOnlyList<string> parts, Func<FileIdentity, bool> isBarred)
    {
        var handle = OperatingSystem.IsWindows()
            ? WindowsFinalPath.Open(folder, parts)
            : FolderDescent.Open(folder, parts, root => RequireAllowed(root, isBarred));
        try
        {
            var state = FileState.Of(handle);
            return !state.IsRegular ? throw new FileRefusedException("is no regular file")
                : state.Links != 1 ? throw new FileRefusedException("has more than one name (hard links), so it may be a file of another folder")
                : new ConfinedFile(handle, state);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Its bytes from the beginning, at most as many as it had when it was opened. Several can be read at once.</summary>
    public Stream Read() => new HandleStream(handle, Length);

    public void Dispose() => handle.Dispose();

    private static void RequireAllowed(SafeFileHandle folder, Func<FileIdentity, bool> isBarred)
    {
        if (isBarred(FileState.Of(folder).Identity))
        {
            throw new FileRefusedException("lies in no folder that files may be sent from");
        }
    }
}
