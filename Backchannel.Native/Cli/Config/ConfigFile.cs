using System.Globalization;
using System.Text;

namespace Backchannel.Native.Cli.Config;

/// <summary>A client's file on disk: read whole, and replaced whole with a backup beside it.</summary>
/// <param name="path">The file; it need not exist. Where it is a link, what the link names is edited.</param>
/// <param name="timeProvider">Dates the backup.</param>
internal sealed class ConfigFile(string path, TimeProvider timeProvider)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public string Path => path;

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
            throw new ConfigException($"{path} is not UTF-8 text; nothing was changed.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException($"{path} cannot be read: {exception.Message.TrimEnd('.')}. Nothing was changed.");
        }
    }

    /// <summary>Replaces the text, in one step, and keeps the mode of the file.</summary>
    /// <param name="before">What <see cref="Read"/> returned: a file that was changed since is left alone.</param>
    /// <param name="after">The new text.</param>
    /// <returns>The backup; null when there was no file.</returns>
    /// <exception cref="ConfigException">It cannot be written; it is as it was.</exception>
    public string? Replace(string before, string after)
    {
        string? temporary = null;
        try
        {
            var target = Target();
            var exists = File.Exists(target);
            // Renaming would replace it all the same: the folder decides about that.
            if (exists && File.GetAttributes(target).HasFlag(FileAttributes.ReadOnly))
            {
                throw new ConfigException($"{path} is read-only; nothing was changed. Make it writable, or add the entry where it is made.");
            }

            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            temporary = $"{target}.{Guid.NewGuid():N}.tmp";
            WriteTemporary(temporary, target, ReadBytes(target) is [0xEF, 0xBB, 0xBF, ..] ? "\ufeff" + after : after);
            if (Read() != before)
            {
                throw new ConfigException($"{path} was changed by another program at this moment; nothing was changed here. Try again.");
            }

            var backup = exists ? BackUp(target) : null;
            File.Move(temporary, target, overwrite: true);
            temporary = null;
            return backup;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException(
                $"{path} cannot be written: {exception.Message.TrimEnd('.')}. It is as it was. Make the file and its folder writable, or add the entry by hand: without --write it is printed.");
        }
        finally
        {
            if (temporary is not null)
            {
                TryDelete(temporary);
            }
        }
    }

    /// <summary>The file itself: people keep such files in a repository and link to them.</summary>
    private string Target() =>
        new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;

    private static byte[] ReadBytes(string target) => File.Exists(target) ? File.ReadAllBytes(target) : [];

    private static void WriteTemporary(string temporary, string target, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            // Such files hold other servers' keys: nobody else reads a new one.
            options.UnixCreateMode = OwnerOnly;
        }

        using (var file = new FileStream(temporary, options))
        {
            file.Write(StrictUtf8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        if (!OperatingSystem.IsWindows() && File.Exists(target))
        {
            File.SetUnixFileMode(temporary, File.GetUnixFileMode(target));
        }
    }

    private string BackUp(string target)
    {
        var stamp = timeProvider.GetLocalNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        var backup = $"{target}.{stamp}.bak";
        for (var number = 2; File.Exists(backup); number++)
        {
            backup = $"{target}.{stamp}-{number}.bak";
        }

        File.Copy(target, backup);
        return backup;
    }

    private static void TryDelete(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The reason why it was left is already on its way to the user.
        }
    }
}
