using System.Globalization;

namespace Backchannel.Native.Work;

/// <summary>A command, its process group, and on Linux also the descendants that left the group but not the tree: agents start their shells in groups of their own.</summary>
/// <remarks>A daemon that was handed to the system, such as a local bus, has no parent in the tree any more and is left alone.</remarks>
internal static class ProcessTree
{
    private const string Processes = "/proc";

    public static void Terminate(int root)
    {
        Descendants(root).ForEach(UnixProcess.Terminate);
        UnixProcess.TerminateGroup(root);
    }

    public static void Kill(int root)
    {
        // The group last: with the command the guardian ends too.
        Descendants(root).ForEach(UnixProcess.Kill);
        UnixProcess.KillGroup(root);
    }

    private static List<int> Descendants(int root)
    {
        var found = new List<int>();
        if (!Directory.Exists(Processes))
        {
            return found;
        }

        var children = Directory.EnumerateDirectories(Processes)
            .Select(static path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(static id => id > 0)
            .ToLookup(ParentOf);
        var waiting = new Stack<int>([root]);
        while (waiting.TryPop(out var parent))
        {
            foreach (var child in children[parent])
            {
                found.Add(child);
                waiting.Push(child);
            }
        }

        return found;
    }

    private static int ParentOf(int processId)
    {
        try
        {
            // The name of the program, which stands before in brackets, may hold any character.
            var status = File.ReadAllText($"{Processes}/{processId.ToString(CultureInfo.InvariantCulture)}/stat");
            var fields = status[(status.LastIndexOf(')') + 2)..].Split(' ', 3);
            return int.Parse(fields[1], CultureInfo.InvariantCulture);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException or FormatException or ArgumentOutOfRangeException)
        {
            return 0;
        }
    }
}
