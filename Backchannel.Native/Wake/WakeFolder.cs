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
        var living = Living(folder);
        foreach (var path in Directory.EnumerateFiles(folder))
        {
            if (Read(path) is not { Server.Lives: true } && !living.Exists(server => path == ToldPath(server.Path) || path == WaiterPath(server.Path)))
            {
                File.Delete(path);
            }
        }
    }

    public static string StatePath(string folder, ProcessIdentity parent, ProcessIdentity server) =>
        Path.Combine(folder, $"{parent}.{server}{StateEnding}");

    /// <summary>What a session was told; all servers that one process started share it, so that none tells what another has told.</summary>
    /// <param name="statePath">As <see cref="StatePath"/> gives it.</param>
    public static string ToldPath(string statePath) => SharedPath(statePath, ToldEnding);

    /// <param name="statePath">As <see cref="StatePath"/> gives it.</param>
    public static string WaiterPath(string statePath) => SharedPath(statePath, WaiterEnding);

    /// <summary>The servers that the nearest ancestor of a process has which has any.</summary>
    /// <returns>Those that live; none where the folder is not this user's alone.</returns>
    public static IReadOnlyList<WakeServer> Find(string folder, int processId)
    {
        var servers = Living(folder);
        return servers.Count == 0 ? [] : ProcessIdentity.AncestorsOf(processId)
            .Select(ancestor => servers.FindAll(server => server.Parent == ancestor))
            .FirstOrDefault(static own => own.Count > 0) ?? [];
    }

    /// <summary>What all servers that live have written down; none where the folder is not this user's alone.</summary>
    public static IReadOnlyList<WakeState> States(string folder) => [.. Living(folder).Select(static server => WakeState.Read(server.Path)).OfType<WakeState>()];

    public static void Remove(string statePath)
    {
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
