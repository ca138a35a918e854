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
