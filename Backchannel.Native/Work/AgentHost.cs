namespace Backchannel.Native.Work;

/// <summary>An agent host and how it is called without anybody at its terminal.</summary>
/// <param name="Name">As in <c>config</c>.</param>
/// <param name="Command">The program and its first arguments; the user's follow.</param>
/// <param name="Last">Arguments that stand behind the user's.</param>
/// <param name="Package">Its package of npm.</param>
/// <param name="Expands">What it puts in the place of some words of a prompt.</param>
internal sealed record AgentHost(string Name, IReadOnlyList<string> Command, IReadOnlyList<string> Last, string Package, PromptExpansion Expands = PromptExpansion.Nothing)
{
    public static readonly IReadOnlyList<AgentHost> All =
    [
        new(
            "claude-code",
            ["claude", "-p", "--input-format", "stream-json", "--output-format", "stream-json", "--verbose"],
            [],
            "@anthropic-ai/claude-code",
            PromptExpansion.LastPart),
        new("codex", ["codex", "exec", "--json", "--skip-git-repo-check"], ["-"], "@openai/codex", PromptExpansion.Skills),
        new("gemini-cli", ["gemini", "--output-format", "json"], [], "@google/gemini-cli", PromptExpansion.Files),
        new("opencode", ["opencode", "run", "--format", "json"], [], "opencode-ai"),
        new("qwen-code", ["qwen", "--output-format", "stream-json"], [], "@qwen-code/qwen-code", PromptExpansion.Files),
        new("copilot-cli", ["copilot", "--output-format", "json", "--silent"], [], "@github/copilot"),
    ];

    /// <summary>Whether a failed host says that nobody is logged in. No task can be done before somebody is.</summary>
    public static bool NeedsLogin(string reason) =>
        reason.Contains("not logged in", StringComparison.OrdinalIgnoreCase) || reason.Contains("please run /login", StringComparison.OrdinalIgnoreCase);
}
