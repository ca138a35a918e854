using Backchannel.Native.Client;
using Backchannel.Native.Mcp;

namespace Backchannel.Native.Tools;

/// <summary>Mints a key for another agent; this process goes on using its own.</summary>
internal sealed class IssueKeyTool(BackchannelClient client)
    : BackchannelTool<IssueKeyArguments, IssueKeyResult>(
        client, static () => ArgumentsJsonContext.Default.IssueKeyArguments, static () => ResultsJsonContext.Default.IssueKeyResult)
{
    private const string Warning =
        $"This is a secret, shown only here. Give it to its agent as {SettingNames.ApiKey}; do not post or log it. Your own key is unchanged.";

    public override string Name => "issue_key";

    public override string Title => "Issue a key";

    public override string Description =>
        "Make an API key for another agent, only if the user asks for one: your own key is handled for you.";

    public override ToolAnnotations Annotations => ToolAnnotations.Change;

    public override ReadOnlySpan<byte> InputSchema => """
        {
          "type": "object",
          "properties": {
            "agent_label": { "type": "string", "minLength": 1, "maxLength": 128, "description": "Unique name of that agent." }
          },
          "required": ["agent_label"],
          "additionalProperties": false
        }
        """u8;

    public override ReadOnlySpan<byte> OutputSchema => """
        {
          "type": "object",
          "properties": {
            "key": {},
            "key_id": {},
            "agent_label": {},
            "expires_at": {},
            "warning": {}
          },
          "required": ["key", "key_id", "agent_label", "warning"]
        }
        """u8;

    protected override string AdviceAfterLostAnswer(IssueKeyArguments arguments, ToolCall call) =>
        "A key may have been made under this label, and nobody can read it any more. Call issue_key again with another label.";

    protected override async Task<IssueKeyResult> RunAsync(
        IssueKeyArguments arguments, BackchannelClient bus, ToolCall call, CancellationToken cancellationToken)
    {
        var key = await bus.IssueKeyAsync(arguments.AgentLabel, cancellationToken);
        return new(key.Key, key.KeyId, key.AgentLabel, key.ExpiresAt, Warning);
    }
}

internal sealed record IssueKeyArguments(string AgentLabel);

internal sealed record IssueKeyResult(
    string Key, string KeyId, string AgentLabel, string? ExpiresAt, string Warning);
