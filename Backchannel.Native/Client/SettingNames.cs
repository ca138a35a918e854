namespace Backchannel.Native.Client;

/// <summary>Names of the settings that errors of this room tell people to change.</summary>
/// <remarks>Only their names: reading them is the command line's business.</remarks>
internal static class SettingNames
{
    public const string ApiKey = "BACKCHANNEL_API_KEY";
    public const string AgentLabel = "BACKCHANNEL_AGENT_LABEL";
    public const string BaseUrl = "BACKCHANNEL_BASE_URL";

    /// <summary>By the second and third, hosts let their children write into the user's session. No process that this one starts gets them.</summary>
    public static readonly IReadOnlyList<string> Secrets = [ApiKey, "CLAUDE_CODE_MESSAGING_TOKEN", "QWEN_CODE_MESSAGING_TOKEN"];
}
