using System.Globalization;
using System.Text;
using Backchannel.Native.Files;

namespace Backchannel.Native.Cli.Config;

/// <summary>A client's file on disk: read whole, and replaced whole with a backup beside it.</summary>
/// <param name="path">The full path; there need not be a file. Where links lead on, what they lead to is edited.</param>
/// <param name="timeProvider">Dates the backup.</param>
internal sealed class ConfigFile(string path, TimeProvider timeProvider)
{
    /// <summary>EBUSY: the file itself is mounted, as development containers do it, and cannot be replaced by a rename.</summary>
    private const int DeviceOrResourceBusy = 16;

    /// <summary>W_OK.</summary>
    private const int Writable = 2;

    /// <summary>Older ones say little of the file as it is now.</summary>
    private const int MostBackups = 20;

    private const UnixFileMode AnyWrite = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public string Path => path;

    /// <summary>Whether a link stands for it: its owner has put the file elsewhere.</summary>
    public bool IsLink => new FileInfo(path).LinkTarget is not null;

    /// <returns>The text, without a byte order mark; empty when there is no file.</returns>
    /// <exception cref="ConfigException">It cannot be read, or is not UTF-8.</exception>
    public string Read()
    {
        try
        {
            return StrictUtf8.GetString(ReadBytes(Target())).TrimStart('\ufeff');
        }
        catch (DecoderFallbackException)
        {
            throw new ConfigException($"{path} is not UTF-8 text; it was left as it is.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException($"{path} cannot be read: {exception.Message.TrimEnd('.')}. It was left as it is.");
        }
    }

    /// <summary>Finds what would keep <see cref="Replace"/> from writing an edited text; nothing is changed.</summary>
    /// <exception cref="ConfigException">It cannot be read, edited or written.</exception>
    public void Check(Func<string, string> edit)
    {
        var before = Read();
        if (edit(before) != before)
        {
            RequireWritable();
        }
    }

    /// <summary>Replaces the text, in one step where the system can, and keeps mode, owner and group of the file.</summary>
    /// <param name="before">What <see cref="Read"/> returned: a file that was changed since is left alone.</param>
    /// <param name="after">The new text.</param>
    /// <param name="keepsBackup">False: nothing in the file is its owner's.</param>
    /// <returns>The backup; null when there is none.</returns>
    /// <exception cref="ConfigException">It cannot be written; the file is unchanged, unless the text says otherwise.</exception>
    public string? Replace(string before, string after, bool keepsBackup = true)
    {
        var made = new List<string>();
        try
        {
            var target = Target();
            var exists = File.Exists(target);
            RequireWritable();
            var old = ReadBytes(target);
            byte[] wanted = [.. old is [0xEF, 0xBB, 0xBF, ..] ? old[..3] : [], .. StrictUtf8.GetBytes(after)];
            OwnedFile.MakeFolder(System.IO.Path.GetDirectoryName(target)!);
            var temporary = $"{target}.{Guid.NewGuid():N}.tmp";
            made.Add(temporary);
            OwnedFile.Make(temporary, wanted, target);
            string? backup = null;
            if (exists && keepsBackup)
            {
                backup = BackupName(target);
                made.Add(backup);
                OwnedFile.Make(backup, old, target);
            }

            // As late as possible: clients rewrite their files at any time.
            if (!ReadBytes(target).AsSpan().SequenceEqual(old) || Encoding.UTF8.GetString(old).TrimStart('\ufeff') != before)
            {
                throw ChangedNow();
            }

            Put(temporary, target, wanted, () => made.Remove(backup!));
            made.Remove(backup!);
            return backup;
        }
        // ArgumentOutOfRangeException: what .NET makes of a limit on the size of files.
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            throw new ConfigException(
                $"{path} cannot be written: {exception.Message.TrimEnd('.')}. It is unchanged. Make the file and its folder writable, or add the entry by hand: without --write it is printed.");
        }
        finally
        {
            made.ForEach(TryDelete);
        }
    }

    /// <summary>Whether <see cref="Replace"/> has kept a backup of the file: it was its owner's before this program wrote it.</summary>
    public bool HasBackup => Backups().Any();

    /// <summary>What <see cref="Replace"/> has kept, the newest first; without what cannot be read.</summary>
    public IEnumerable<string> ReadBackups() =>
        Backups().OrderByDescending(File.GetLastWriteTimeUtc).Take(MostBackups).Select(ReadBackup).OfType<string>();

    /// <summary>Removes the file.</summary>
    /// <param name="before">What <see cref="Read"/> returned: a file that was changed since is left alone.</param>
    /// <param name="withFolder">Whether its folder goes, too, if nothing else is in it.</param>
    /// <exception cref="ConfigException">It cannot be removed.</exception>
    public void Delete(string before, bool withFolder)
    {
        try
        {
            if (Read() != before)
            {
                throw ChangedNow();
            }

            var target = Target();
            File.Delete(target);
            var folder = System.IO.Path.GetDirectoryName(target)!;
            if (withFolder && !Directory.EnumerateFileSystemEntries(folder).Any())
            {
                Directory.Delete(folder);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException($"{path} cannot be removed: {exception.Message.TrimEnd('.')}. Remove it by hand.");
        }
    }

    /// <remarks>A rename would replace even a read-only file, because it needs only the rights of the folder.</remarks>
    private void RequireWritable()
    {
        if (Target() is var target && File.Exists(target) && IsReadOnly(target))
        {
            throw new ConfigException($"{path} is read-only; it was left as it is. Make it writable, or add the entry where it is made.");
        }
    }

    private ConfigException ChangedNow() => new($"{path} was changed by another program at this moment; nothing was changed here. Try again.");

    private IEnumerable<string> Backups()
    {
        var target = Target();
        var folder = System.IO.Path.GetDirectoryName(target)!;
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, $"{System.IO.Path.GetFileName(target)}.*.bak") : [];
    }

    private static string? ReadBackup(string file)
    {
        try
        {
            return new ConfigFile(file, TimeProvider.System).Read();
        }
        catch (ConfigException)
        {
            return null;
        }
    }

    private string Target() => LinkPath.Resolve(path);

    private static bool IsReadOnly(string target) => OperatingSystem.IsWindows()
        ? File.GetAttributes(target).HasFlag(FileAttributes.ReadOnly)
        // Root may write any file, so only the mode shows that the file is meant to be read-only.
        : (File.GetUnixFileMode(target) & AnyWrite) == 0 || NativeMethods.Access(target, Writable) != 0;

    private byte[] ReadBytes(string target)
    {
        if (FileStatus.Read(target, followLinks: true) is { IsRegularFile: false, IsFolder: false })
        {
            throw new ConfigException($"{path} is a pipe, a device or a socket, not a file; it was left as it is.");
        }

        return File.Exists(target) ? File.ReadAllBytes(target) : [];
    }

    /// <param name="temporary">Holds what is wanted.</param>
    /// <param name="target">The file.</param>
    /// <param name="wanted">What is wanted.</param>
    /// <param name="keepBackup">Called before the file itself is written: a failure from then on can damage it.</param>
    private void Put(string temporary, string target, byte[] wanted, Action keepBackup)
    {
        try
        {
            File.Move(temporary, target, overwrite: true);
            return;
        }
        catch (IOException exception) when (exception.HResult == DeviceOrResourceBusy)
        {
            keepBackup();
        }

        try
        {
            using var file = new FileStream(target, FileMode.Open, FileAccess.Write);
            file.Write(wanted);
            file.SetLength(wanted.Length);
            file.Flush(flushToDisk: true);
        }
        catch (Exception exception) when (exception is IOException or ArgumentOutOfRangeException)
        {
            throw new ConfigException(
                $"{path} is a mounted file, and writing into it failed: {exception.Message.TrimEnd('.')}. Compare it with the copy beside it that ends in .bak, which is the file as it was.");
        }
    }

    private string BackupName(string target)
    {
        var stamp = timeProvider.GetLocalNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        var backup = $"{target}.{stamp}.bak";
        for (var number = 2; File.Exists(backup); number++)
        {
            backup = $"{target}.{stamp}-{number}.bak";
        }

        return backup;
    }

    private static void TryDelete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The user already gets the reason for the failure.
        }
    }
}
