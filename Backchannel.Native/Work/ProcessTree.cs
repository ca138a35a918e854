using System.Globalization;
using Backchannel.Native.Client;
using Backchannel.Native.Files;

namespace Backchannel.Native.Work;

/// <summary>Which processes run below others, on Linux; elsewhere nothing is known of that.</summary>
/// <remarks>A local bus of the user is left out: it belongs to all sessions, whichever started it, and ends by itself when it is idle. It starts nothing: one with processes below it is none.</remarks>
internal static class ProcessTree
{
    private const string Processes = "/proc";

    /// <summary>All below a process.</summary>
    public static List<int> Below(int root) => Find(process => process.Parent == root);

    /// <summary>All that a killed process has left behind: what is in its session, what has left that but carries its mark, and what these started.</summary>
    /// <param name="session">The number of the process that made it.</param>
    /// <param name="mark">A variable that is in no other environment, as NAME=VALUE.</param>
    public static List<int> OfSession(int session, string mark) => Find(process => process.Session == session || IsMarked(process.Id, mark));

    private static List<int> Find(Predicate<ProcessStatus> isFirst)
    {
        var all = Read();
        var children = all.ToLookup(static process => process.Parent);
        var found = new List<int>();
        var seen = new HashSet<int>();
        var waiting = new Stack<ProcessStatus>(all.Where(process => isFirst(process)));
        while (waiting.TryPop(out var process))
        {
            if (!seen.Add(process.Id))
            {
                continue;
            }

            if (process.IsRunning && (children.Contains(process.Id) || !IsLocalBus(process.Id)))
            {
                found.Add(process.Id);
            }

            foreach (var child in children[process.Id])
            {
                waiting.Push(child);
            }
        }

        return found;
    }

    private static List<ProcessStatus> Read() => !Directory.Exists(Processes)
        ? []
        : [.. Directory.EnumerateDirectories(Processes)
            .Select(static path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? ProcessStatus.Read(id) : null)
            .OfType<ProcessStatus>()];

    private static bool IsMarked(int processId, string mark)
    {
        try
        {
            return File.ReadAllText(FileOf(processId, "environ")).Split('\0').Contains(mark);
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            // It has ended, or is another user's.
            return false;
        }
    }

    private static bool IsLocalBus(int processId)
    {
        try
        {
            // Any other bus is the command's own, such as one that other machines reach.
            var words = File.ReadAllText(FileOf(processId, "cmdline")).Split('\0');
            return words is [_, "serve", "--socket", var socket, ..]
                && LocalBus.Arguments(socket) is var own
                && words.Skip(1).Take(own.Count).SequenceEqual(own)
                && words[(own.Count + 1)..] is [""] or [LocalBus.Detached, ""]
                && FileStatus.Read(FileOf(processId, ""))?.OwnerId == FileStatus.OwnUserId
                && FileStatus.Read(FileOf(processId, "exe"), followLinks: true)?.Identity is { } program
                && program == FileStatus.Read($"{Processes}/self/exe", followLinks: true)?.Identity;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string FileOf(int processId, string name) => $"{Processes}/{processId.ToString(CultureInfo.InvariantCulture)}/{name}";
}
