namespace Backchannel.Native.Cli;

/// <summary>Names of the environment variables that we read. An empty one counts as unset.</summary>
/// <remarks>The first four are those of the Python package.</remarks>
internal static class EnvironmentVariables
{
    public const string BaseUrl = "BACKCHANNEL_BASE_URL";
    public const string ApiKey = "BACKCHANNEL_API_KEY";
    public const string AgentLabel = "BACKCHANNEL_AGENT_LABEL";
    public const string Log = "BACKCHANNEL_MCP_LOG";
    public const string Wake = "BACKCHANNEL_WAKE";
    public const string Path = "PATH";
    public const string Home = "HOME";
    public const string WindowsHome = "USERPROFILE";
}
