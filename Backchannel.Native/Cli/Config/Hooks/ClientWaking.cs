namespace Backchannel.Native.Cli.Config.Hooks;

/// <summary>What makes a client begin a turn by itself.</summary>
/// <remarks>Tried with the clients themselves, in September to November 2026: Claude Code 2.1.332, Codex 0.169, Gemini CLI 0.61, opencode 1.18, Qwen Code 0.24, Copilot CLI 1.0.102.</remarks>
internal sealed record ClientWaking
{
    /// <summary>Seconds for a hook that only looks whether something has come.</summary>
    private const int LookSeconds = 30;

    public required IReadOnlyList<WakingFile> Files { get; init; }

    /// <summary>What runs the hooks on Windows; elsewhere it is a shell like <c>sh</c>.</summary>
    public HookShell WindowsShell { get; init; } = HookShell.PowerShell;

    /// <summary>When the client is woken, and by what.</summary>
    public required string How { get; init; }

    /// <summary>What else its user must know or do.</summary>
    public string? Advice { get; init; }

    /// <summary>The settings that keep it from being woken although all is there.</summary>
    public IReadOnlyList<WakingStop> Stops { get; init; } = [];

    public static ClientWaking ClaudeCode { get; } = new()
    {
        Stops = [NoHooks(ClaudeSettings, JsonDialect.Strict, "disableAllHooks", isOn: true), .. HoldsMessages(ClaudeSettings, JsonDialect.Strict, "crossSessionInbound")],
        WindowsShell = HookShell.Posix,
        Files =
        [
            new HookFile(
                ClaudeSettings,
                JsonDialect.Strict,
                // It waits beside the session, so its time is a day; by default Claude Code ends it after ten minutes.
                new HookList(JsonDialect.Strict, "Stop", command => Hook(command.Line, ("asyncRewake", new ConfigValue.Switch(true)), ("timeout", new ConfigValue.AtLeast(86_400)))),
                NotesInput(JsonDialect.Strict)),
        ],
        How = "The hook waits beside the session and wakes it. If no hook waits, for instance because hooks are switched off, the server wakes the session.",
    };

    public static ClientWaking Codex { get; } = new()
    {
        // The second is the older name of the first, which Codex 0.169 reads too.
        Stops = [.. from feature in (string[])["hooks", "codex_hooks"]
            select new WakingStop(places => places.InFolderOf("CODEX_HOME", ".codex", "config.toml"), new TomlFormat(), ["features", feature], static _ => new ConfigValue.Switch(false), HooksStop)],
        WindowsShell = HookShell.Command,
        Files = [new HookFile(places => places.InFolderOf("CODEX_HOME", ".codex", "hooks.json"), JsonDialect.Strict, Looks(JsonDialect.Strict, "Stop"), NotesInput(JsonDialect.Strict))],
        How = "The server wakes an idle session within 10 seconds, if the session has called one of its tools before. The hook looks at the end of each turn, so that news does not wait for these seconds.",
        Advice = "At its next start in a terminal, Codex asks whether you trust the hook. If you refuse, only the server wakes the session.",
    };

    public static ClientWaking GeminiCli { get; } = new()
    {
        Stops =
        [
            NoHooks(GeminiSettings, JsonDialect.Comments, "hooksConfig.enabled", isOn: false),
            new(GeminiSettings, new JsonFormat(JsonDialect.Comments), ["hooksConfig", "disabled"], static command => new ConfigValue.Including(command.Line), "its hook is not run"),
        ],
        Files = [new HookFile(GeminiSettings, JsonDialect.Comments, Looks(JsonDialect.Comments, "AfterAgent", perSecond: 1000))],
        How = "The hook looks at the end of each turn, and the session goes on if something has come. Nothing wakes an idle session.",
    };

    public static ClientWaking QwenCode { get; } = new()
    {
        Stops = [NoHooks(QwenSettings, JsonDialect.Comments, "disableAllHooks", isOn: true), .. HoldsMessages(QwenSettings, JsonDialect.Comments, "agents.crossSessionInbound")],
        Files = [new HookFile(QwenSettings, JsonDialect.Comments, Looks(JsonDialect.Comments, "Stop"), NotesInput(JsonDialect.Comments))],
        How = "The server wakes an idle session. The hook looks at the end of each turn.",
    };

    public static ClientWaking Opencode { get; } = new()
    {
        Files = [new ScriptFile(places => places.InXdgConfig("opencode", "plugins", "backchannel.js"), "plugin", WaitingScript.ForOpencode)],
        How = "The plugin wakes a session that has had a turn.",
        Advice = "At its first start with a plugin, opencode fetches a package from npm into its folder; without a network it waits about a minute for that, at each start.",
    };

    public static ClientWaking CopilotCli { get; } = new()
    {
        Stops =
        [
            NoHooks(CopilotSettings, JsonDialect.CommentsAndTrailingCommas, "disableAllHooks", isOn: true),
            NoHooks(CopilotHooks, JsonDialect.Strict, "disableAllHooks", isOn: true),
            new(CopilotSettings, new JsonFormat(JsonDialect.CommentsAndTrailingCommas), ["experimental"], static _ => new ConfigValue.Switch(false), "its extension is not loaded, so nothing wakes an idle session")
            {
                IsDefault = true,
                Next = "Start 'copilot --experimental' once: it then keeps that there.",
            },
        ],
        Files =
        [
            new HookFile(CopilotHooks, JsonDialect.Strict, OfCopilot("agentStop", static command => command.Line), OfCopilot("userPromptSubmitted", static command => command.TypedLine))
            {
                Version = ("version", 1),
            },
            new ScriptFile(places => places.InFolderOf("COPILOT_HOME", ".copilot", "extensions", "backchannel", "extension.mjs"), "extension", WaitingScript.ForCopilot) { HasOwnFolder = true },
        ],
        How = "The extension wakes an idle session if experimental features are on. The hook looks at the end of each turn.",
        Advice = "Start 'copilot --experimental' once: it then keeps that in its settings, and without it loads no extension.",
    };

    private const string HooksStop = "its hooks are not run";

    private static string ClaudeSettings(ClientPlaces places) => places.InFolderOf("CLAUDE_CONFIG_DIR", ".claude", "settings.json");

    private static string GeminiSettings(ClientPlaces places) => places.InHome(".gemini", "settings.json");

    private static string QwenSettings(ClientPlaces places) => places.InHome(".qwen", "settings.json");

    private static string CopilotSettings(ClientPlaces places) => places.InFolderOf("COPILOT_HOME", ".copilot", "settings.json");

    private static string CopilotHooks(ClientPlaces places) => places.InFolderOf("COPILOT_HOME", ".copilot", "hooks", "backchannel.json");

    private static WakingStop NoHooks(Func<ClientPlaces, string> file, JsonDialect dialect, string setting, bool isOn) =>
        new(file, new JsonFormat(dialect), setting.Split('.'), _ => new ConfigValue.Switch(isOn), HooksStop);

    /// <summary>Without the setting, messages of a session's own children are taken, except in some modes.</summary>
    private static IEnumerable<WakingStop> HoldsMessages(Func<ClientPlaces, string> file, JsonDialect dialect, string setting) =>
        from value in (string[])["hold", "refuse"]
        select new WakingStop(file, new JsonFormat(dialect), setting.Split('.'), _ => new ConfigValue.Text(value), $"messages of its server do not reach the model ({value})");

    /// <summary>A hook at the end of a turn, which returns at once.</summary>
    /// <param name="perSecond">The client's unit for time limits.</param>
    private static HookList Looks(JsonDialect dialect, string name, int perSecond = 1) =>
        new(dialect, name, command => Hook(command.Line, ("timeout", new ConfigValue.AtLeast(LookSeconds * perSecond))));

    /// <summary>A hook that notes that the user has written something: without that, a session is woken a limited number of times.</summary>
    private static HookList NotesInput(JsonDialect dialect) =>
        new(dialect, "UserPromptSubmit", command => Hook(command.TypedLine, ("async", new ConfigValue.Switch(true)), ("timeout", new ConfigValue.AtLeast(LookSeconds))));

    private static HookList OfCopilot(string name, Func<HookLine, string> line) => new(JsonDialect.Strict, name, command => ConfigValue.Of(
        ("type", new ConfigValue.Text("command")),
        (command.Shell == HookShell.Posix ? "bash" : "powershell", new ConfigValue.Text(line(command))),
        ("timeoutSec", new ConfigValue.AtLeast(LookSeconds))))
    {
        IsGrouped = false,
    };

    private static ConfigValue.Members Hook(string line, params (string Name, ConfigValue Value)[] more) =>
        ConfigValue.Of([("type", new ConfigValue.Text("command")), ("command", new ConfigValue.Text(line)), .. more]);
}
