using Backchannel.Native.Client;
using Backchannel.Native.Files;

namespace Backchannel.Native.Wake;

/// <summary>Where servers write down what their sessions wait for, a file for each, named by the process that started the server and by the server.</summary>
internal static class WakeFolder
{
    public const string StateEnding = ".json";

    private const string ToldEnding = ".told";
    private const string WaiterEnding = ".waiter";

    /// <param name="busFolder">Where the local bus of this user lies or would lie.</param>
    public static string In(string busFolder) => Path.Combine(busFolder, "wake");

    /// <summary>Makes the folder, for this user alone, and removes what servers left behind that were killed.</summary>
    /// <exception cref="BackchannelException">Others could reach what lies there.</exception>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static void Prepare(string folder)
    {
        LocalBusFolder.Prepare(Path.GetDirectoryName(folder)!, FileStatus.OwnUserId);
        LocalBusFolder.Prepare(folder, FileStatus.OwnUserId);
        Check(folder);
        var living = Living(folder);
        foreach (var path in Directory.EnumerateFiles(folder).Where(IsOurs))
        {
            if (Read(path) is not { Server.Lives: true } && !living.Exists(server => path == ToldPath(server.Path) || path == WaiterPath(server.Path)))
            {
                File.Delete(path);
            }
        }
    }

    /// <summary>Makes and changes nothing. Where there is no folder, all is well.</summary>
    /// <exception cref="BackchannelException">It is not a folder of this user alone, or a link: what lies behind that may be the user's own files.</exception>
    public static void Check(string folder)
    {
        LocalBusFolder.CheckFolder(folder, FileStatus.OwnUserId);
        if (new DirectoryInfo(folder).LinkTarget is not null)
        {
            throw new BackchannelException($"{folder} is a link, and files are made and removed there. Remove the link") { Code = FaultCodes.NotPrivate };
        }
    }

    public static string StatePath(string folder, ProcessIdentity parent, ProcessIdentity server) =>
        Path.Combine(folder, $"{parent}.{server}{StateEnding}");

    /// <summary>What a session was told; all servers that one process started share it, so that none tells what another has told.</summary>
    /// <param name="statePath">As <see cref="StatePath"/> gives it.</param>
    public static string ToldPath(string statePath) => SharedPath(statePath, ToldEnding);

    /// <param name="statePath">As <see cref="StatePath"/> gives it.</param>
    public static string WaiterPath(string statePath) => SharedPath(statePath, WaiterEnding);

    /// <summary>The servers of the nearest ancestor of a process that has any.</summary>
    /// <param name="isHost">Of an ancestor without a server: whether it is a host all the same. Then those above it belong to another session.</param>
    /// <returns>Those that live; none where the folder is not this user's alone.</returns>
    public static IReadOnlyList<WakeServer> Find(string folder, int processId, Predicate<ProcessIdentity> isHost)
    {
        var servers = Living(folder);
        if (servers.Count == 0)
        {
            return [];
        }

        var nearest = ProcessIdentity.AncestorsOf(processId).FirstOrDefault(ancestor => servers.Exists(server => server.Parent == ancestor) || isHost(ancestor));
        return servers.FindAll(server => server.Parent == nearest);
    }

    /// <summary>What all servers that live have written down; none where the folder is not this user's alone.</summary>
    public static IReadOnlyList<WakeState> States(string folder) => [.. Living(folder).Select(static server => WakeState.Read(server.Path)).OfType<WakeState>()];

    /// <summary>Paths of event files of living servers at which something other than a regular file lies.</summary>
    public static IEnumerable<string> Obstacles(string folder) =>
        Living(folder).Select(static server => ToldPath(server.Path)).Distinct().Where(static path => FileStatus.Read(path) is not null && !PlainFile.IsThere(path));

    /// <summary>Removes what a server has made. Where a link has taken the folder's place, what lies behind that is left alone.</summary>
    public static void Remove(string statePath)
    {
        if (new DirectoryInfo(Path.GetDirectoryName(statePath)!).LinkTarget is not null)
        {
            return;
        }

        var isShared = Living(Path.GetDirectoryName(statePath)!).Any(server => server.Path != statePath && ToldPath(server.Path) == ToldPath(statePath));
        foreach (var path in isShared ? (string[])[statePath] : [statePath, ToldPath(statePath), WaiterPath(statePath)])
        {
            try
            {
                File.Delete(path);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // The next server removes it.
            }
        }
    }

    private static string SharedPath(string statePath, string ending) =>
        Path.Combine(Path.GetDirectoryName(statePath)!, Path.GetFileName(statePath).Split('.')[0] + ending);

    /// <summary>Whether a server gave that name: nothing else is removed.</summary>
    private static bool IsOurs(string path) => Path.GetFileName(path).Split('.') switch
    {
        [var parent, var ending] => ProcessIdentity.Parse(parent) is not null && $".{ending}" is ToldEnding or WaiterEnding,
        [_, _, "json"] or [_, _, "json", _, "tmp"] => Read(path) is not null,
        _ => false,
    };

    private static List<WakeServer> Living(string folder) =>
        FileStatus.Read(folder) is { IsFolder: true, RightsOfOthers: 0, OwnerId: var owner } && owner == FileStatus.OwnUserId
            ? Directory.EnumerateFiles(folder, $"*{StateEnding}").Select(Read).OfType<WakeServer>().Where(static server => server.Server.Lives).ToList()
            : [];

    /// <returns>Null: the file is none of ours.</returns>
    private static WakeServer? Read(string path)
    {
        var name = Path.GetFileName(path).Split('.');
        return name.Length >= 3 && ProcessIdentity.Parse(name[0]) is { } parent && ProcessIdentity.Parse(name[1]) is { } server ? new(path, parent, server) : null;
    }
}
