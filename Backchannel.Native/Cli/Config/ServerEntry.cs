namespace Backchannel.Native.Cli.Config;

/// <summary>What a client must know to start this program.</summary>
/// <param name="Name">Name of the server in the client's file.</param>
/// <param name="Command">Absolute path of the executable: desktop programs have a short PATH.</param>
/// <param name="Environment">Variables for the server, because clients pass on almost none of their own; never the key.</param>
/// <param name="KeyMayBeNeeded">Whether the bus may need a key that its operator hands out.</param>
internal sealed record ServerEntry(
    string Name, string Command, IReadOnlyList<KeyValuePair<string, string>> Environment, bool KeyMayBeNeeded)
{
    /// <summary>The longest wait that a tool allows, and the requests around it.</summary>
    public const int LongestCallInSeconds = 3660;

    public ConfigValue.Members Variables { get; } =
        new([.. Environment.Select(variable => KeyValuePair.Create(variable.Key, (ConfigValue)new ConfigValue.Text(variable.Value)))]);

    /// <summary>The shape that most clients share.</summary>
    public ConfigValue Plain() => ConfigValue.Of(
        ("command", new ConfigValue.Text(Command)), ("args", NoArguments), ("env", Variables));

    /// <summary>The common shape for clients that otherwise end a call after ten minutes, whatever progress arrives: Gemini CLI 0.61, Qwen Code 0.24.</summary>
    public ConfigValue Timed() => ConfigValue.Of(
        ("command", new ConfigValue.Text(Command)),
        ("args", NoArguments),
        ("env", Variables),
        ("timeout", new ConfigValue.AtLeast(LongestCallInSeconds * 1000)));

    /// <summary>The common shape with one more member in front that says how the server is reached.</summary>
    public ConfigValue Typed(string member, string value) => ConfigValue.Of(
        (member, new ConfigValue.Text(value)), ("command", new ConfigValue.Text(Command)), ("args", NoArguments), ("env", Variables));

    public ConfigValue ForCodex()
    {
        var members = ConfigValue.Of(
            ("command", new ConfigValue.Text(Command)),
            ("args", NoArguments),
            ("env", Variables),
            // Codex ends a call after this time whatever progress arrives.
            ("tool_timeout_sec", new ConfigValue.AtLeast(LongestCallInSeconds)),
            // Without it `codex exec`, which cannot ask, refuses every tool that changes something.
            ("default_tools_approval_mode", new ConfigValue.Suggestion("approve")));
        return KeyMayBeNeeded
            ? members with { Values = [.. members.Values, new("env_vars", new ConfigValue.Words([EnvironmentVariables.ApiKey]))] }
            : members;
    }

    public ConfigValue ForOpencode() => ConfigValue.Of(
        ("type", new ConfigValue.Text("local")),
        ("command", new ConfigValue.Words([Command])),
        ("environment", Variables),
        ("enabled", new ConfigValue.Switch(true)));

    public ConfigValue ForSecondOpencode() => ConfigValue.Of(
        ("type", new ConfigValue.Text("local")),
        ("command", new ConfigValue.Words([Command])),
        ("environment", Variables),
        ("timeout", ConfigValue.Of(("request", new ConfigValue.AtLeast(120_000)))));

    /// <summary>mcporter starts a server for each call and ends it, and with it a claim, unless the server is kept alive.</summary>
    public ConfigValue ForMcporter() => ConfigValue.Of(
        ("command", new ConfigValue.Text(Command)), ("args", NoArguments), ("env", Variables), ("lifecycle", new ConfigValue.Suggestion("keep-alive")));

    private static ConfigValue.Words NoArguments { get; } = new([]);
}
