namespace Backchannel.Native.Tests.Cli.Config;

/// <summary>A client with a file: where it is on Linux, what it holds after <c>--local</c>, and files it may find there.</summary>
public sealed record ClientCase(string Name, string File, string Expected, string Existing, string? Commented, string Broken)
{
    /// <summary>The names that lead to the servers in its file.</summary>
    public IReadOnlyList<string> Servers => Backchannel.Native.Cli.Config.McpClients.Find(Name)!.ServersPath;

    public override string ToString() => Name;
}

/// <summary>Every client that keeps a file, with its shape written out by hand.</summary>
public static class ClientCases
{
    private const string PlainJson = """{"command":"/opt/tools with blank/backchannel-mcp","args":[],"env":{"BACKCHANNEL_BASE_URL":"local"}}""";

    private const string TimedJson = """{"command":"/opt/tools with blank/backchannel-mcp","args":[],"env":{"BACKCHANNEL_BASE_URL":"local"},"timeout":3660000}""";

    private static readonly ClientCase[] Cases =
    [
        Json("claude-code", ".claude.json", "mcpServers", """{"type":"stdio","command":"/opt/tools with blank/backchannel-mcp","args":[],"env":{"BACKCHANNEL_BASE_URL":"local"}}""", comments: false),
        Json("claude-desktop", ".config/Claude/claude_desktop_config.json", "mcpServers", PlainJson, comments: false),
        Json("cursor", ".cursor/mcp.json", "mcpServers", PlainJson),
        Json("vscode", ".config/Code/User/mcp.json", "servers", """{"type":"stdio","command":"/opt/tools with blank/backchannel-mcp","args":[],"env":{"BACKCHANNEL_BASE_URL":"local"}}"""),
        Json("zed", ".config/zed/settings.json", "context_servers", """{"source":"custom","command":"/opt/tools with blank/backchannel-mcp","args":[],"env":{"BACKCHANNEL_BASE_URL":"local"}}"""),
        Json("windsurf", ".codeium/windsurf/mcp_config.json", "mcpServers", PlainJson),
        Json("gemini-cli", ".gemini/settings.json", "mcpServers", TimedJson, trailingCommas: false),
        Json("opencode", ".config/opencode/opencode.json", "mcp", """{"type":"local","command":["/opt/tools with blank/backchannel-mcp"],"environment":{"BACKCHANNEL_BASE_URL":"local"},"enabled":true}"""),
        Json("copilot-cli", ".copilot/mcp-config.json", "mcpServers", PlainJson),
        Json("qwen-code", ".qwen/settings.json", "mcpServers", TimedJson, trailingCommas: false),
        Json("mcporter", ".mcporter/mcporter.json", "mcpServers", """{"command":"/opt/tools with blank/backchannel-mcp","args":[],"env":{"BACKCHANNEL_BASE_URL":"local"},"lifecycle":"keep-alive"}"""),
        Json("junie", ".junie/mcp/mcp.json", "mcpServers", PlainJson, comments: false),
        new(
            "codex",
            ".codex/config.toml",
            """
            [mcp_servers.backchannel]
            command = "/opt/tools with blank/backchannel-mcp"
            args = []
            env = { BACKCHANNEL_BASE_URL = "local" }
            tool_timeout_sec = 3660
            default_tools_approval_mode = "approve"

            """,
            "model = \"x\"\n\n[mcp_servers.other]\ncommand = \"other\"\n",
            "# mine\nmodel = \"x\" # the good one\n\n[mcp_servers.other] # keep\ncommand = 'other'\n# the end\n",
            "model = \n"),
    ];

    internal static IReadOnlyList<ClientCase> List => Cases;

    internal static IEnumerable<string> Names => Cases.Select(client => client.Name);

    public static TheoryData<ClientCase> All => [.. Cases];

    public static TheoryData<ClientCase> WithComments => [.. Cases.Where(client => client.Commented is not null)];

    public static TheoryData<ClientCase> WithoutComments => [.. Cases.Where(client => client.Commented is null)];

    private static ClientCase Json(string name, string file, string servers, string entry, bool comments = true, bool trailingCommas = true) => new(
        name,
        file,
        $$"""{"{{servers}}":{"backchannel":{{entry}} } }""",
        $$"""
        {
            "theme": "dark",
            "{{servers}}": {
                "other": { "command": "other", "args": ["-x"] }
            },
            "last": [1, 2]
        }

        """,
        comments
            ? $$"""
              // mine
              {
                "theme": "dark", // not "light"
                "{{servers}}": {
                  // two of them, { "once" }
                  "other": { "command": "other" }{{(trailingCommas ? "," : "")}}
                  /* kept, too */
                }{{(trailingCommas ? "," : "")}}
              }
              // the end

              """
            : null,
        $$"""{ "{{servers}}": { """);
}
