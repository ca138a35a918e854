using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Backchannel.Native.Files;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>The private folders of received files, one for each message, and their end when the message expires.</summary>
/// <remarks>
/// A process removes what it received when that expires. What others have left goes with the next call that looks for files, at most once a minute.
/// </remarks>
internal sealed class ReceivedFolders(TimeProvider time) : IDisposable
{
    /// <summary>Holds the time at which the message expires. No file of a message begins with a dot.</summary>
    private const string Ending = ".expires";

    private const int MaxIdBytes = 64;

    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>For a folder that does not say when it ends: its program died while it made it.</summary>
    private static readonly TimeSpan LifeOtherwise = TimeSpan.FromDays(7);

    /// <summary>Timers of .NET take no longer one than 49 days.</summary>
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(40);

    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, ITimer> ends = [];
    private long? lastSweep;

    /// <summary>Makes the folder of a message, and removes those of messages that are over.</summary>
    /// <param name="root">Where they lie; null: there is no home folder.</param>
    /// <exception cref="IOException">It cannot be made, or other users of this machine could put something else in its place.</exception>
    public string Prepare(string? root, Message message)
    {
        if (root is null)
        {
            throw new IOException("there is no HOME to keep files in");
        }

        PrivateFiles.CreateFolder(root);
        foreach (var folder in (string[])[Path.GetDirectoryName(root)!, root])
        {
            RequirePrivate(folder);
        }

        SweepNowAndThen(root);
        var own = Path.Combine(root, SafeFileName.Of(message.Id, MaxIdBytes));
        PrivateFiles.CreateFolder(own);
        RequirePrivate(own);
        PrivateFiles.Replace(Path.Combine(own, Ending), message.ExpiresAt);
        RemoveAtItsEnd(root, own);
        return own;
    }

    /// <summary>Removes what is over, at most once a minute.</summary>
    /// <param name="root">Where they lie; null: there is no home folder.</param>
    public void SweepNowAndThen(string? root)
    {
        if (lastSweep is { } last && time.GetElapsedTime(last) < BetweenSweeps)
        {
            return;
        }

        lastSweep = time.GetTimestamp();
        if (Directory.Exists(root))
        {
            Sweep(root);
        }
    }

    public void Dispose()
    {
        foreach (var timer in ends.Values)
        {
            timer.Dispose();
        }
    }

    private void RemoveAtItsEnd(string root, string folder)
    {
        var life = EndOf(new DirectoryInfo(folder)) - time.GetUtcNow();
        if (life > TimeSpan.Zero && life < LongestTimer)
        {
            ends.GetOrAdd(folder, _ => time.CreateTimer(_ => Sweep(root), null, life, Timeout.InfiniteTimeSpan));
        }
    }

    /// <summary>Removes what is over. What cannot be removed stays until the next time.</summary>
    private void Sweep(string root)
    {
        foreach (var folder in new DirectoryInfo(root).EnumerateDirectories())
        {
            try
            {
                if (folder.LinkTarget is null && EndOf(folder) <= time.GetUtcNow())
                {
                    folder.Delete(recursive: true);
                }
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // Another process removes it too, or somebody has a file of it open.
            }
        }
    }

    private static DateTimeOffset EndOf(DirectoryInfo folder)
    {
        var ending = new FileInfo(Path.Combine(folder.FullName, Ending));
        return ending is { Exists: true, LinkTarget: null }
            && DateTimeOffset.TryParse(File.ReadAllText(ending.FullName, Encoding.UTF8), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end)
                ? end
                : folder.LastWriteTimeUtc + LifeOtherwise;
    }

    private static void RequirePrivate(string folder)
    {
        var found = FileStatus.Read(folder);
        if (found is { IsFolder: false })
        {
            throw new IOException($"a folder for received files is needed, and there is {found.TypeName}; move it away: {folder}");
        }

        if (found is not null && ((found.OwnerId != FileStatus.OwnUserId && FileStatus.OwnUserId != 0) || (found.RightsOfOthers & WritableByOthers) != 0))
        {
            throw new IOException($"other users of this machine can write to {folder}; make it yours alone");
        }
    }
}
