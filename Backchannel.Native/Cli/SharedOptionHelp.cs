using System.CommandLine;

namespace Backchannel.Native.Cli;

/// <summary>What the help of a command says of the options that all commands take, where they mean something else to it, or nothing.</summary>
internal static class SharedOptionHelp
{
    /// <summary>Changes the options for one page of help, after which the process ends.</summary>
    public static void Adapt(CliOptions options, Command command)
    {
        if ((command switch
        {
            ServeCommand => $"The address told to clients: an http or https URL. Environment: {EnvironmentVariables.BaseUrl}. Default: the host that the request names",
            DemoCommand => "Another bus than the demo's own: an http or https URL. Default: a bus of its own, which `local` means as well",
            ConfigCommand => $"{CliOptions.BaseUrlSetting.Meaning}. Environment: {EnvironmentVariables.BaseUrl}. Default: none, name one",
            _ => null,
        }) is { } description)
        {
            options.BaseUrl.Description = description;
        }

        // A bus has no label, and the agents of the demo have their own.
        options.AgentLabel.Hidden = command is ServeCommand or DemoCommand;
    }
}
