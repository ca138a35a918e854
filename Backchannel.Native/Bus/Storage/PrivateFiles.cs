namespace Backchannel.Native.Bus.Storage;

/// <summary>Files and folders that only their owner can open, from the moment they exist.</summary>
internal static class PrivateFiles
{
    /// <summary>Makes the database's file if it is missing.</summary>
    /// <exception cref="IOException">It is no file; or it, or one of the files that SQLite keeps beside it, was made by another user, who could read all that is written there.</exception>
    public static void CreateFile(string path)
    {
        CreateFolderOf(path);
        if (FileStatus.Read(path, followLinks: true) is { IsRegularFile: false } other)
        {
            throw new IOException($"{path} is {other.TypeName}, and a database is a file.");
        }

        foreach (var suffix in (string[])["", "-wal", "-shm", "-journal"])
        {
            if (FileStatus.StrangerAt(path + suffix) is { } owner)
            {
                throw new IOException($"{path}{suffix} belongs to another user of this machine (user id {owner}). Remove it.");
            }
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

    /// <summary>Creates the folder of a file if it is missing; one that exists is left as it is.</summary>
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
