namespace Backchannel.Native.Tests.Cli.Doctor;

public sealed class WakingCheckTests : IDisposable
{
    /// <summary>A file that exists, in the program's place.</summary>
    private static readonly string Existing = typeof(WakingCheckTests).Assembly.Location;

    private readonly CliHome home = new() { Clock = TimeProvider.System };

    public void Dispose() => home.Dispose();

    [Fact]
    public async Task Without_a_configured_client_nothing_is_said()
    {
        Assert.Empty(await FindingsAsync());
    }

    [Fact]
    public async Task A_client_that_is_not_woken_is_said_to_be_not_woken()
    {
        await home.RunAsync("config", "gemini-cli", "--local", "--write");
        await home.RunAsync("config", "cursor", "--local", "--write", "--name", "mine");

        Assert.Equal(
            [
                "ok      wake      Cursor (mine): nothing wakes it; no way is known",
                "ok      wake      Gemini CLI: nothing wakes it; 'config --wake' was not used",
            ],
            await FindingsAsync());
    }

    [Theory]
    [InlineData("gemini-cli", "ok      wake      Gemini CLI: woken for reviews,docs: The hook looks at the end of each turn", ".gemini/settings.json")]
    [InlineData("opencode", "ok      wake      opencode: woken for reviews,docs: The plugin wakes a session", ".config/opencode/plugins/backchannel.js")]
    [InlineData("copilot-cli", "ok      wake      GitHub Copilot CLI: woken for reviews,docs: The extension wakes an idle session", ".copilot/extensions/backchannel/extension.mjs")]
    public async Task What_wakes_a_client_is_named_with_its_files(string client, string start, string file)
    {
        using var existing = new CliHome { Program = Existing, Clock = TimeProvider.System };
        await existing.RunAsync("config", client, "--local", "--write", "--wake", "reviews", "docs");
        existing.Write(".copilot/settings.json", """{"experimental": true}""");

        var finding = Assert.Single(await FindingsAsync(existing));

        Assert.StartsWith(start, finding, StringComparison.Ordinal);
        Assert.Contains(existing.PathOf(file), finding, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hook_that_is_missing_is_noted_with_the_command_that_writes_it()
    {
        await home.RunAsync("config", "claude-code", "--local", "--write", "--wake", "reviews", "docs");
        File.Delete(home.PathOf(".claude/settings.json"));

        Assert.Equal(
            [
                $"note    wake      Claude Code: its entry names reviews,docs, but this is missing: Stop and UserPromptSubmit hooks in {home.PathOf(".claude/settings.json")}",
                "                  → backchannel-mcp config claude-code --wake reviews docs --write, with --local or --base-url as before",
            ],
            await FindingsAsync());
    }

    [Fact]
    public async Task A_hook_whose_program_is_gone_is_noted()
    {
        await home.RunAsync("config", "qwen-code", "--local", "--write", "--wake", "reviews");

        var finding = (await FindingsAsync())[0];

        Assert.Contains($"{home.PathOf(".qwen/settings.json")} starts {CliHome.Executable}, which is not there", finding, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hook_without_channels_in_the_entry_is_noted()
    {
        await home.RunAsync("config", "codex", "--local", "--write", "--wake", "reviews");
        await home.RunAsync("config", "codex", "--local", "--write", "--name", "second");
        home.Write(".codex/config.toml", home.Read(".codex/config.toml").Replace(", BACKCHANNEL_WAKE = \"reviews\"", "", StringComparison.Ordinal));

        var findings = await FindingsAsync();

        Assert.StartsWith($"note    wake      Codex: its server's entry names no channel, but there is what would wake it: Stop and UserPromptSubmit hooks in {home.PathOf(".codex/hooks.json")}", findings[0], StringComparison.Ordinal);
        Assert.Contains("Codex (second)", findings[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Codex_is_noted_until_its_user_trusts_the_hook()
    {
        using var existing = new CliHome { Program = Existing, Clock = TimeProvider.System };
        await existing.RunAsync("config", "codex", "--local", "--write", "--wake", "reviews");

        var before = await FindingsAsync(existing);
        existing.Write(
            ".codex/config.toml",
            existing.Read(".codex/config.toml") + $"\n[hooks.state.'{existing.PathOf(".codex/hooks.json")}:stop:0:0']\ntrusted_hash = \"sha256:00\"\n");
        var after = await FindingsAsync(existing);

        Assert.StartsWith("note ", before[0], StringComparison.Ordinal);
        Assert.Contains("you have not said that you trust them", before[0], StringComparison.Ordinal);
        Assert.StartsWith("ok ", after[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("claude-code", ".claude/settings.json", "disableAllHooks", "true", "its hooks are not run")]
    [InlineData("claude-code", ".claude/settings.json", "crossSessionInbound", "\"hold\"", "messages of its server do not reach the model (hold)")]
    [InlineData("claude-code", ".claude/settings.json", "crossSessionInbound", "\"refuse\"", "messages of its server do not reach the model (refuse)")]
    [InlineData("qwen-code", ".qwen/settings.json", "disableAllHooks", "true", "its hooks are not run")]
    [InlineData("qwen-code", ".qwen/settings.json", "agents.crossSessionInbound", "\"refuse\"", "messages of its server do not reach the model (refuse)")]
    [InlineData("copilot-cli", ".copilot/settings.json", "disableAllHooks", "true", "its hooks are not run")]
    [InlineData("copilot-cli", ".copilot/hooks/backchannel.json", "disableAllHooks", "true", "its hooks are not run")]
    [InlineData("gemini-cli", ".gemini/settings.json", "hooksConfig.enabled", "false", "its hooks are not run")]
    [InlineData("gemini-cli", ".gemini/settings.json", "hooksConfig.disabled", "[\"HOOK\"]", "its hook is not run")]
    public async Task A_setting_that_stops_waking_is_noted_with_what_to_do(string client, string file, string setting, string value, string effect)
    {
        using var existing = new CliHome { Program = Existing, Clock = TimeProvider.System };
        await existing.RunAsync("config", client, "--local", "--write", "--wake", "reviews");
        existing.Write(".copilot/settings.json", """{"experimental": true}""");
        var before = await FindingsAsync(existing);
        var names = setting.Split('.');
        var member = $"{string.Join(": {", names.Select(static name => $"\"{name}\""))}: {value.Replace("HOOK", $"{Existing} hook {client}", StringComparison.Ordinal)}{new string('}', names.Length - 1)}";
        existing.Write(file, $"{{ {member}, {existing.Read(file).TrimStart()[1..]}");

        var findings = await FindingsAsync(existing);

        Assert.StartsWith("ok ", Assert.Single(before), StringComparison.Ordinal);
        Assert.StartsWith("note ", findings[0], StringComparison.Ordinal);
        Assert.Contains($"{setting} in {existing.PathOf(file)} is set so that {effect}", findings[0], StringComparison.Ordinal);
        Assert.Contains($"Take {setting} out there", findings[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{\"experimental\": false}")]
    public async Task Copilot_CLI_without_its_experimental_features_is_noted(string? settings)
    {
        using var existing = new CliHome { Program = Existing, Clock = TimeProvider.System };
        await existing.RunAsync("config", "copilot-cli", "--local", "--write", "--wake", "reviews");
        if (settings is not null)
        {
            existing.Write(".copilot/settings.json", settings);
        }

        var findings = await FindingsAsync(existing);

        Assert.Contains($"experimental in {existing.PathOf(".copilot/settings.json")} is not on so that its extension is not loaded", findings[0], StringComparison.Ordinal);
        Assert.EndsWith("Start 'copilot --experimental' once: it then keeps that there.", findings[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hooks")]
    [InlineData("codex_hooks")]
    public async Task Codex_whose_hooks_are_switched_off_is_noted(string feature)
    {
        using var existing = new CliHome { Program = Existing, Clock = TimeProvider.System };
        await existing.RunAsync("config", "codex", "--local", "--write", "--wake", "reviews");
        existing.Write(".codex/config.toml", existing.Read(".codex/config.toml") + $"\n[features]\n{feature} = false\n");

        Assert.Contains($"features.{feature} in ", (await FindingsAsync(existing))[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Advice_names_an_entry_of_another_name_and_one_without_channels_does_not_ask_for_the_hooks_of_the_other()
    {
        using var existing = new CliHome { Program = Existing, Clock = TimeProvider.System };
        await existing.RunAsync("config", "qwen-code", "--local", "--write", "--wake", "reviews", "--name", "mine");
        await existing.RunAsync("config", "qwen-code", "--local", "--write");
        var both = await FindingsAsync(existing);
        existing.Write(".qwen/settings.json", existing.Read(".qwen/settings.json").Replace(" hook ", " other ", StringComparison.Ordinal));

        Assert.Equal("ok      wake      Qwen Code: nothing wakes it; 'config --wake' was not used", both[1]);
        Assert.Contains("config qwen-code --wake reviews --write --name mine, with", (await FindingsAsync(existing))[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_entry_that_names_no_channel_by_its_rules_is_noted()
    {
        await home.RunAsync("config", "gemini-cli", "--local", "--write", "--wake", "reviews");
        home.Write(".gemini/settings.json", home.Read(".gemini/settings.json").Replace("\"reviews\"", "\"a/b\"", StringComparison.Ordinal));

        Assert.Contains("its entry names a/b, and not each is the name of a channel: a channel name must not contain '/'", (await FindingsAsync())[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_noted()
    {
        home.Write(".qwen/settings.json", "{");

        var findings = await FindingsAsync();

        Assert.Contains("Qwen Code: not known what wakes it. ", findings[0], StringComparison.Ordinal);
        Assert.Contains("line 1", findings[0], StringComparison.Ordinal);
    }

    private async Task<string[]> FindingsAsync(CliHome? other = null)
    {
        var (_, output, _) = await (other ?? home).RunAsync("doctor", "--base-url", "http://127.0.0.1:1");
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.Where((line, index) => line.Contains(" wake ", StringComparison.Ordinal) || (index > 0 && line.Contains('→') && lines[index - 1].Contains(" wake ", StringComparison.Ordinal)))];
    }
}
