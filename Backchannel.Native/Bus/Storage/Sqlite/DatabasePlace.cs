using Backchannel.Native.Files;

namespace Backchannel.Native.Bus.Storage.Sqlite;

/// <summary>The place of a database: a file that only its owner can open, from its creation on.</summary>
internal static class DatabasePlace
{
    public const string Advice = "remove it.";

    /// <summary>Creates the database file if it is missing.</summary>
    /// <exception cref="IOException">Something else than a file is there; or another user owns it or a file beside it, and could read what is written there.</exception>
    public static void CreateFile(string path)
    {
        PrivateFiles.CreateFolderOf(path);
        RequireOwnFile(path);
        if (!File.Exists(path))
        {
            using var created = new FileStream(path, PrivateFiles.Options(FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite));
        }
    }

    /// <summary>Refuses what a database cannot be, and what another user could read. Nothing need be there.</summary>
    /// <exception cref="IOException">Something else than a file is there; or another user owns it or a file beside it.</exception>
    public static void RequireOwnFile(string path)
    {
        if (FileStatus.Read(path, followLinks: true) is { IsRegularFile: false } other)
        {
            throw new IOException($"{path} is {other.TypeName}, and a database is a file.");
        }

        foreach (var suffix in (string[])["", "-wal", "-shm", "-journal"])
        {
            PrivateFiles.RequireOwn(path + suffix, Advice);
        }
    }

    /// <summary>How many bytes the disk of a file still takes; all that a number can say where it cannot be asked.</summary>
    public static long RoomBeside(string file)
    {
        try
        {
            return new DriveInfo(Path.GetDirectoryName(file)!).AvailableFreeSpace;
        }
        catch (ArgumentException)
        {
            // A network path of Windows has no drive to ask.
            return long.MaxValue;
        }
    }
}
