using System.Globalization;
using Backchannel.Native.Files;

namespace Backchannel.Native.Work;

/// <summary>Which processes run below others, on Linux; elsewhere nothing is known of that.</summary>
/// <remarks>A local bus is left out: it belongs to all sessions of the user, whichever started it.</remarks>
internal static class ProcessTree
{
    private const string Processes = "/proc";

    /// <summary>All below a process.</summary>
    public static List<int> Below(int root) => Find(process => process.Parent == root);

    /// <summary>All of a session that ended processes have left behind, and what they started.</summary>
    /// <param name="session">The number of the process that made it.</param>
    public static List<int> OfSession(int session) => Find(process => process.Session == session);

    private static List<int> Find(Predicate<ProcessStatus> isFirst)
    {
        var all = Read();
        var children = all.ToLookup(static process => process.Parent);
        var found = new List<int>();
        var seen = new HashSet<int>();
        var waiting = new Stack<ProcessStatus>(all.Where(process => isFirst(process)));
        while (waiting.TryPop(out var process))
        {
            if (!seen.Add(process.Id) || IsLocalBus(process.Id))
            {
                continue;
            }

            if (process.IsRunning)
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

    private static bool IsLocalBus(int processId)
    {
        try
        {
            var words = File.ReadAllText(FileOf(processId, "cmdline")).Split('\0');
            return words is [_, "serve", ..] && FileStatus.Read(FileOf(processId, "exe"), followLinks: true)?.Identity is { } program
                && program == FileStatus.Read($"{Processes}/self/exe", followLinks: true)?.Identity;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string FileOf(int processId, string name) => $"{Processes}/{processId.ToString(CultureInfo.InvariantCulture)}/{name}";
}
