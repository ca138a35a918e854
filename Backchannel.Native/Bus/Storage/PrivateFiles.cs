namespace Backchannel.Native.Bus.Storage;

/// <summary>Files and folders that only their owner can open, from their creation on.</summary>
internal static class PrivateFiles
{
    /// <summary>Creates the database's file if it is missing.</summary>
    /// <exception cref="IOException">There is something else than a file; or another user owns it or a file beside it, and could read what is written there.</exception>
    public static void CreateFile(string path)
    {
        CreateFolderOf(path);
        if (FileStatus.Read(path, followLinks: true) is { IsRegularFile: false } other)
        {
            throw new IOException($"{path} is {other.TypeName}, and a database is a file.");
        }

        foreach (var suffix in (string[])["", "-wal", "-shm", "-journal"])
        {
            RefuseStranger(path + suffix);
        }

        if (File.Exists(path))
        {
            return;
        }

        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var created = new FileStream(path, options);
    }

    /// <exception cref="IOException">Another user owns the file, and could read or change what is written to it.</exception>
    public static void RefuseStranger(string path)
    {
        if (FileStatus.StrangerAt(path) is { } owner)
        {
            throw new IOException($"{path} belongs to another user of this machine (user id {owner}). Remove it.");
        }
    }

    /// <summary>Creates the folder of a file if it is missing. An existing folder keeps its mode.</summary>
    public static void CreateFolderOf(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is not { } folder || Directory.Exists(folder))
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
