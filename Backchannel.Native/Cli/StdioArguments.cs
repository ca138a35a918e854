namespace Backchannel.Native.Cli;

/// <summary>The command lines with which MCP clients start the server: none, or options followed by their values.</summary>
/// <remarks>They are read without the command-line parser, which takes a session start-up time and memory.</remarks>
internal static class StdioArguments
{
    /// <returns>What the parser would read; null where only the parser can tell.</returns>
    public static CommandLineValues? Read(string[] arguments)
    {
        var values = new CommandLineValues();
        for (var i = 0; i < arguments.Length; i += 2)
        {
            if (i + 1 == arguments.Length || With(values, arguments[i], arguments[i + 1]) is not { } more)
            {
                return null;
            }

            values = more;
        }

        return values;
    }

    /// <returns>Null: an option that is unknown or given twice, or a value that could be an option.</returns>
    private static CommandLineValues? With(CommandLineValues values, string option, string value) =>
        value.StartsWith('-') || value.StartsWith('/') ? null
        : option == CliOptions.BaseUrlSetting.Option && values.BaseUrl is null ? values with { BaseUrl = value }
        : option == CliOptions.AgentLabelSetting.Option && values.AgentLabel is null ? values with { AgentLabel = value }
        : option == CliOptions.LogLevelSetting.Option && values.LogLevel is null ? values with { LogLevel = value }
        : option == CliOptions.WakeSetting.Option && values.Wake is null ? values with { Wake = value }
        : option == CliOptions.TransportSetting.Option && values.Transport is null ? values with { Transport = value }
        : null;
}
