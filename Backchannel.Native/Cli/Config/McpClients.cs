using Backchannel.Native.Cli.Config.Hooks;

namespace Backchannel.Native.Cli.Config;

/// <summary>The clients whose configuration we know, in the order in which help shows them.</summary>
/// <remarks>Files and shapes are from the makers' pages and, where there is one, the source, as of August 2026. Claude Code, Gemini CLI, Codex, opencode, Copilot CLI and Qwen Code were run
/// against files written here, and mcporter against Cursor's, Windsurf's and VS Code's.</remarks>
internal static class McpClients
{
    private static readonly ConfigFormat PlainJson = new JsonFormat(JsonDialect.Strict);
    private static readonly ConfigFormat CommentedJson = new JsonFormat(JsonDialect.Comments);
    private static readonly ConfigFormat LooseJson = new JsonFormat(JsonDialect.CommentsAndTrailingCommas);

    public static IReadOnlyList<McpClient> All { get; } =
    [
        new()
        {
            Name = "claude-code", Title = "Claude Code", OtherNames = ["claude"],
            Format = PlainJson,
            File = places => places.InFolderOf("CLAUDE_CONFIG_DIR", "", ".claude.json"),
            ServersPath = ["mcpServers"], Entry = entry => entry.Typed("type", "stdio"),
            Allowing = new Allowance.List(places => places.InFolderOf("CLAUDE_CONFIG_DIR", ".claude", "settings.json"), PlainJson, ["permissions", "allow"], name => $"mcp__{name}") { DenyPath = ["permissions", "deny"] },
            Waking = ClientWaking.ClaudeCode,
            Advice = "Close running sessions first: they write this file too. For one project, put the same into .mcp.json. " + OpensFiles("claude --add-dir"),
        },
        new()
        {
            Name = "claude-desktop", Title = "Claude Desktop",
            Format = PlainJson,
            File = places => places.InApplicationData("Claude", "claude_desktop_config.json"),
            ServersPath = ["mcpServers"], Entry = entry => entry.Plain(),
            Allowing = AsksOnce("Claude Desktop"),
            Advice = "Quit Claude Desktop and start it again.",
        },
        new()
        {
            Name = "cursor", Title = "Cursor",
            Format = LooseJson,
            File = places => places.InHome(".cursor", "mcp.json"),
            ServersPath = ["mcpServers"], Entry = entry => entry.Plain(),
            Allowing = new Allowance.None(name => $"Cursor keeps its list in its settings: add {name}:* there under Agents, MCP Allowlist. A mcpAllowlist in ~/.cursor/permissions.json would replace that list"),
            Advice = "Switch the server on under Settings, MCP. For one project, put the same into .cursor/mcp.json.",
        },
        new()
        {
            Name = "vscode", Title = "VS Code", OtherNames = ["vs-code", "code"],
            Format = LooseJson,
            File = places => places.InApplicationData("Code", "User", "mcp.json"),
            ServersPath = ["servers"], Entry = entry => entry.Typed("type", "stdio"),
            Allowing = AsksOnce("VS Code"),
            Advice = "Run 'MCP: List Servers' to start it. For one project, put the same into .vscode/mcp.json.",
        },
        new()
        {
            Name = "zed", Title = "Zed",
            Format = LooseJson,
            File = places => places.System switch
            {
                OperatingSystemFamily.Windows => places.InApplicationData("Zed", "settings.json"),
                // On that system it ignores XDG_CONFIG_HOME.
                OperatingSystemFamily.MacOS => places.InHome(".config", "zed", "settings.json"),
                _ => places.InXdgConfig("zed", "settings.json"),
            },
            // Releases of 2025 read an entry only with its source; later ones ignore it.
            ServersPath = ["context_servers"], Entry = entry => entry.Typed("source", "custom"),
            Allowing = AsksOnce("Zed"),
            Advice = "Zed reads the file at once; the agent panel's settings show the server.",
        },
        new()
        {
            Name = "windsurf", Title = "Windsurf",
            Format = LooseJson,
            File = places => places.InHome(".codeium", "windsurf", "mcp_config.json"),
            ServersPath = ["mcpServers"], Entry = entry => entry.Plain(),
            Allowing = AsksOnce("Windsurf"),
            Advice = "Press refresh in Cascade's MCP panel.",
        },
        new()
        {
            Name = "gemini-cli", Title = "Gemini CLI", OtherNames = ["gemini"],
            Format = CommentedJson,
            File = places => places.InHome(".gemini", "settings.json"),
            ServersPath = ["mcpServers"], Entry = entry => entry.Timed(),
            Allowing = new Allowance.Member("trust", new ConfigValue.Switch(true)),
            Waking = ClientWaking.GeminiCli,
            Advice = "Start gemini again, in a folder that it trusts; /mcp lists its servers. For one project, put the same into .gemini/settings.json. " + OpensFiles("gemini --include-directories"),
        },
        new()
        {
            Name = "codex", Title = "Codex",
            Format = new TomlFormat(),
            File = places => places.InFolderOf("CODEX_HOME", ".codex", "config.toml"),
            ServersPath = ["mcp_servers"], Entry = entry => entry.ForCodex(),
            Allowing = new Allowance.Member("default_tools_approval_mode", new ConfigValue.Text("approve")),
            Waking = ClientWaking.Codex,
            Advice = "Start codex again; /mcp lists its servers. Its tools then run without a question each: delete default_tools_approval_mode to be asked.",
        },
        new()
        {
            Name = "opencode", Title = "opencode",
            Format = LooseJson,
            File = places => places.InXdgConfig("opencode", "opencode.json"),
            OtherFile = places => places.InXdgConfig("opencode", "opencode.jsonc"),
            ServersPath = ["mcp"], Entry = entry => entry.ForOpencode(),
            Later = (["mcp", "servers"], entry => entry.ForSecondOpencode()),
            Allowing = new Allowance.None(name => $"opencode asks only where its settings say so; then \"{name}_*\": \"allow\" under permission allows these tools"),
            Waking = ClientWaking.Opencode,
            Advice = "Start opencode again. For one project, put the same into opencode.json.",
        },
        new()
        {
            Name = "copilot-cli", Title = "GitHub Copilot CLI", OtherNames = ["copilot"],
            Format = LooseJson,
            File = places => places.InFolderOf("COPILOT_HOME", ".copilot", "mcp-config.json"),
            ServersPath = ["mcpServers"], Entry = entry => entry.Plain(),
            Allowing = new Allowance.None(name => $"Copilot CLI keeps its list for each folder: choose to allow the server there when it asks, or start it with --allow-tool={name}"),
            Waking = ClientWaking.CopilotCli,
            Advice = "Start copilot again; /mcp shows its servers. For one project, put the same into .mcp.json. " + OpensFiles("copilot --add-dir"),
        },
        new()
        {
            Name = "qwen-code", Title = "Qwen Code", OtherNames = ["qwen"],
            Format = CommentedJson,
            File = places => places.InHome(".qwen", "settings.json"),
            ServersPath = ["mcpServers"], Entry = entry => entry.Timed(),
            Allowing = new Allowance.Member("trust", new ConfigValue.Switch(true)),
            Waking = ClientWaking.QwenCode,
            Advice = "Start qwen again; /mcp lists its servers. For one project, put the same into .qwen/settings.json.",
        },
        new()
        {
            Name = "mcporter", Title = "mcporter",
            Format = LooseJson,
            File = places => Mcporter(places, "mcporter.json"),
            OtherFile = places => Mcporter(places, "mcporter.jsonc"),
            ServersPath = ["mcpServers"], Entry = entry => entry.ForMcporter(),
            Allowing = new Allowance.None(_ => "mcporter never asks"),
            Advice = "'mcporter list' shows it. For one project, put the same into config/mcporter.json.",
        },
        new()
        {
            Name = "jetbrains", Title = "JetBrains AI Assistant", OtherNames = ["intellij", "ai-assistant"],
            Format = PlainJson,
            ServersPath = ["mcpServers"], Entry = entry => entry.Plain(),
            Allowing = AsksOnce("JetBrains AI Assistant"),
            Advice = "Paste it under Settings, Tools, AI Assistant, Model Context Protocol (MCP), Add, As JSON. Junie keeps a file: see 'config junie'.",
        },
        new()
        {
            Name = "junie", Title = "JetBrains Junie",
            Format = PlainJson,
            File = places => places.InHome(".junie", "mcp", "mcp.json"),
            ServersPath = ["mcpServers"], Entry = entry => entry.Plain(),
            Allowing = AsksOnce("Junie"),
            Advice = "Settings, Tools, Junie, MCP Settings shows the server. For one project, put the same into .junie/mcp/mcp.json.",
        },
    ];

    public static IEnumerable<string> Names => All.Select(client => client.Name);

    private static string Mcporter(ClientPlaces places, string file) =>
        places.Variable("MCPORTER_CONFIG")
        ?? (places.Variable("XDG_CONFIG_HOME") is { } folder ? Path.Combine(folder, "mcporter", file) : places.InHome(".mcporter", file));

    /// <summary>Finds a client by one of its names, in any case, with blanks for hyphens.</summary>
    public static McpClient? Find(string typed)
    {
        var name = typed.Trim().ToLowerInvariant().Replace(' ', '-').Replace('_', '-');
        return All.FirstOrDefault(client => client.Name == name || client.OtherNames.Contains(name));
    }

    /// <summary>For clients whose answer to a question is all that they keep.</summary>
    private static Allowance.None AsksOnce(string title) =>
        new(_ => $"{title} has no list that could be written: let it always run these tools when it asks for the first time");

    /// <summary>For clients that open files of the working folder only.</summary>
    /// <param name="option">What lets the client open another folder.</param>
    private static string OpensFiles(string option) => $"To open files that come with tasks, start it with {option} ~/.local/share/backchannel/files.";
}
