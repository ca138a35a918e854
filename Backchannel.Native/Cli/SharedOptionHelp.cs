using System.CommandLine;

namespace Backchannel.Native.Cli;

/// <summary>Adapts the help of the shared options to a command in which they have another meaning, or none.</summary>
internal static class SharedOptionHelp
{
    /// <summary>Changes the options themselves: the process prints one page of help and ends.</summary>
    public static void Adapt(CliOptions options, Command command)
    {
        if ((command switch
        {
            ServeCommand => $"The address told to clients: an http or https URL. Environment: {EnvironmentVariables.BaseUrl}. Default: the host that the request names",
            DemoCommand => "The bus to use: an http or https URL, several of one bus between commas. Default: a bus of its own; `local` means the same",
            ConfigCommand => $"{CliOptions.BaseUrlSetting.Meaning}. Environment: {EnvironmentVariables.BaseUrl}. Default: none, name one",
            _ => null,
        }) is { } description)
        {
            options.BaseUrl.Description = description;
        }

        if (command is CallCommand)
        {
            options.AgentLabel.Description = options.AgentLabel.Description!.Replace(CliOptions.ActorOfASession, CallCommand.ActorOfAShell, StringComparison.Ordinal);
        }

        // A bus has no label, and the agents of the demo have their own. A copy asks no bus.
        options.AgentLabel.Hidden = command is ServeCommand or DemoCommand or CopyCommand;
        options.BaseUrl.Hidden = command is CopyCommand;
        options.Local.Hidden = command is ServeCommand or DemoCommand or StopCommand or CopyCommand;
        options.LogLevel.Hidden = command is CopyCommand;
    }
}
