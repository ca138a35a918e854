using System.CommandLine;

namespace Backchannel.Native.Cli;

/// <summary>Every option that more than one command takes, declared once.</summary>
internal sealed class CliOptions
{
    public static readonly SettingDescription BaseUrlSetting = new(
        "--base-url", EnvironmentVariables.BaseUrl, "url", Settings.DefaultBaseUrl,
        "The bus: an http or https URL, several of one bus between commas, or `local` for the private bus of this machine");

    /// <summary>The actor of claims without a chosen label.</summary>
    public const string ActorOfASession = "the MCP client's name";

    public static readonly SettingDescription AgentLabelSetting = new(
        "--agent-label", EnvironmentVariables.AgentLabel, "label", "mcp-<host>-<pid>",
        $"Name of this agent on the bus, at most 128 characters; if given, also the actor of its claims, which otherwise is {ActorOfASession}");

    public static readonly SettingDescription LogLevelSetting = new(
        "--log-level", EnvironmentVariables.Log, "level", "INFO",
        "DEBUG, INFO, WARNING, ERROR or CRITICAL; the log goes to standard error");

    public static readonly SettingDescription WakeSetting = new(
        "--wake", EnvironmentVariables.Wake, "channel,...", "none",
        "Begin a turn of this session, where its client can, when a task that it posted is over, or when there is work or a message on one of these channels");

    public static readonly SettingDescription TransportSetting = new(
        "--transport", null, "stdio", "stdio",
        "Only `stdio`; accepted so that command lines of the Python package work");

    public Option<string?> BaseUrl { get; } = BaseUrlSetting.ToOption();

    public Option<bool> Local { get; } = new("--local") { Description = $"The private bus of this machine; the same as --base-url {Settings.Local}", Recursive = true };

    public Option<string?> AgentLabel { get; } = AgentLabelSetting.ToOption();

    public Option<string?> LogLevel { get; } = LogLevelSetting.ToOption();

    /// <summary>Of the MCP server only: the other commands serve no transport.</summary>
    public Option<string?> Transport { get; } = TransportSetting.ToOption(isRecursive: false);

    /// <summary>Of the MCP server only: the other commands have no session.</summary>
    public Option<string?> Wake { get; } = WakeSetting.ToOption(isRecursive: false);

    public IEnumerable<Option> All => [BaseUrl, Local, AgentLabel, LogLevel, Wake, Transport];

    /// <exception cref="SettingsException">Two buses are named.</exception>
    public CommandLineValues Read(ParseResult parsed) => new(
        BusOf(parsed),
        parsed.GetValue(AgentLabel),
        parsed.GetValue(LogLevel),
        parsed.GetValue(Transport),
        parsed.GetValue(Wake));

    private string? BusOf(ParseResult parsed) => (parsed.GetValue(Local), parsed.GetValue(BaseUrl)) switch
    {
        (false, var url) => url,
        (true, null or Settings.Local) => Settings.Local,
        _ => throw new SettingsException("--local and --base-url name two buses. Give one of them."),
    };
}
