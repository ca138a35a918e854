using Backchannel.Native.Wake;

namespace Backchannel.Native.Cli;

/// <summary>Turns <see cref="Settings"/> into what waking the session needs.</summary>
internal static class WakeBinding
{
    /// <summary>Set for the command of a runner, whose agent has its task to do.</summary>
    private const string WorkVariable = "BACKCHANNEL_WORK";

    /// <returns>Null: the session is not to be woken.</returns>
    public static WakeOptions? Bind(Settings settings, Surroundings surroundings, Action<string> warn) =>
        settings.Wake.Count == 0 || surroundings.Environment(WorkVariable) == "1" ? null : new()
        {
            Lanes = settings.Wake,
            Folder = WakeFolder.In(ClientBinding.BusFolder(settings.Home)),
            Bus = settings.BaseUrl,
            ProcessId = surroundings.ProcessId,
            Environment = surroundings.Environment,
            Home = settings.Home,
            FindProgram = name => ProgramSearch.Find(name, surroundings.Environment),
            Warn = warn,
        };
}
