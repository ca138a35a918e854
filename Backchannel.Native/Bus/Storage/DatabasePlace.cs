using Backchannel.Native.Files;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Where a database lies: a file that only its owner can open, from the moment it exists.</summary>
internal static class DatabasePlace
{
    public const string Advice = "remove it.";

    /// <summary>Makes the database's file if it is missing.</summary>
    /// <exception cref="IOException">It is no file; or it, or one of the files that SQLite keeps beside it, was made by another user, who could read all that is written there.</exception>
    public static void CreateFile(string path)
    {
        PrivateFiles.CreateFolderOf(path);
        if (FileStatus.Read(path, followLinks: true) is { IsRegularFile: false } other)
        {
            throw new IOException($"{path} is {other.TypeName}, and a database is a file.");
        }

        foreach (var suffix in (string[])["", "-wal", "-shm", "-journal"])
        {
            PrivateFiles.RequireOwn(path + suffix, Advice);
        }

        if (!File.Exists(path))
        {
            using var created = new FileStream(path, PrivateFiles.Options(FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite));
        }
    }
}
