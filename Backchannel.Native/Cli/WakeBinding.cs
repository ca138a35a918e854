using Backchannel.Native.Wake;

namespace Backchannel.Native.Cli;

/// <summary>Turns <see cref="Settings"/> into what waking the session needs.</summary>
internal static class WakeBinding
{
    /// <returns>Null: the session is not to be woken.</returns>
    public static WakeOptions? Bind(Settings settings, Surroundings surroundings, Action<string> warn) =>
        settings.Wake.Count == 0 || InheritedVariable.IsOfRunner(surroundings.Environment, surroundings.ProcessId) ? null : new()
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
