namespace Backchannel.Native.Wake;

/// <summary>The agent hosts that a session can be woken in, by the names that <c>config</c> has for them.</summary>
internal static class WakeHosts
{
    public const string ClaudeCode = "claude-code";
    public const string Codex = "codex";
    public const string GeminiCli = "gemini-cli";
    public const string OpenCode = "opencode";
    public const string QwenCode = "qwen-code";
    public const string CopilotCli = "copilot-cli";

    public static readonly IReadOnlyList<string> All = [ClaudeCode, Codex, GeminiCli, OpenCode, QwenCode, CopilotCli];

    /// <summary>What the names begin with by which these hosts introduce themselves to an MCP server.</summary>
    private static readonly KnownClient[] Clients =
    [
        new("claude-code", ClaudeCode),
        new("codex", Codex),
        new("gemini-cli", GeminiCli),
        new("opencode", OpenCode),
        new("qwen", QwenCode),
        new("copilot", CopilotCli),
        new("github-copilot", CopilotCli),
    ];

    /// <param name="client">The name in <c>clientInfo</c>.</param>
    /// <returns>Null: another client.</returns>
    public static string? Of(string? client) =>
        client is null ? null : Clients.FirstOrDefault(known => client.StartsWith(known.Start, StringComparison.OrdinalIgnoreCase))?.Host;

    private sealed record KnownClient(string Start, string Host);
}
