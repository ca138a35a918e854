namespace Backchannel.Native.Client;

/// <summary>Names of the settings that errors of this room tell people to change.</summary>
/// <remarks>Only their names: reading them is the command line's business.</remarks>
internal static class SettingNames
{
    public const string ApiKey = "BACKCHANNEL_API_KEY";
    public const string AgentLabel = "BACKCHANNEL_AGENT_LABEL";
    public const string BaseUrl = "BACKCHANNEL_BASE_URL";
}
