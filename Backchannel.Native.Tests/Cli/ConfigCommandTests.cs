using System.Text.Json;
using Backchannel.Native.Cli;
using Backchannel.Native.Cli.Config;
using Backchannel.Native.Tests.Cli.Config;

namespace Backchannel.Native.Tests.Cli;

public sealed class ConfigCommandTests : IDisposable
{
    private readonly CliHome home = new();

    public void Dispose() => home.Dispose();

    [Fact]
    public void Every_client_with_a_file_has_a_case_here()
    {
        var withFile = McpClients.All.Where(client => client.File is not null).Select(client => client.Name);

        Assert.Equal(withFile.Order(), ClientCases.Names.Order());
    }

    [Theory]
    [MemberData(nameof(ClientCases.All), MemberType = typeof(ClientCases))]
    public async Task Printing_gives_the_snippet_alone_on_standard_output_and_its_file_beside_it(ClientCase client)
    {
        var (exitCode, output, errors) = await RunAsync(client.Name, "--local");

        Assert.Equal(ExitCode.Done, exitCode);
        AssertSame(client, client.Expected, output);
        Assert.Contains(home.PathOf(client.File), errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(home.Folder));
    }

    [Theory]
    [MemberData(nameof(ClientCases.All), MemberType = typeof(ClientCases))]
    public async Task Writing_makes_a_missing_file_that_only_its_owner_reads(ClientCase client)
    {
        var (exitCode, output, _) = await RunAsync(client.Name, "--local", "--write");

        Assert.Equal(ExitCode.Done, exitCode);
        AssertSame(client, client.Expected, home.Read(client.File));
        Assert.Contains(home.PathOf(client.File), output, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(home.PathOf(client.File)));
        }
    }

    [Theory]
    [MemberData(nameof(ClientCases.All), MemberType = typeof(ClientCases))]
    public async Task Writing_fills_an_empty_file(ClientCase client)
    {
        home.Write(client.File, "");

        await RunAsync(client.Name, "--local", "--write");

        AssertSame(client, client.Expected, home.Read(client.File));
    }

    [Theory]
    [MemberData(nameof(ClientCases.All), MemberType = typeof(ClientCases))]
    public async Task Writing_keeps_every_line_of_an_existing_file_and_a_backup(ClientCase client)
    {
        var path = home.Write(client.File, client.Existing);

        var (exitCode, output, _) = await RunAsync(client.Name, "--local", "--write");

        Assert.Equal(ExitCode.Done, exitCode);
        AssertKeepsLines(client.Existing, File.ReadAllText(path));
        Assert.Contains(CliHome.Executable, File.ReadAllText(path), StringComparison.Ordinal);
        var backup = Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!, "*.bak"));
        Assert.Equal(client.Existing, File.ReadAllText(backup));
        Assert.Contains(backup, output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(ClientCases.WithComments), MemberType = typeof(ClientCases))]
    public async Task Writing_keeps_comments_where_the_format_has_them(ClientCase client)
    {
        var path = home.Write(client.File, client.Commented!);

        var (exitCode, _, _) = await RunAsync(client.Name, "--local", "--write");

        Assert.Equal(ExitCode.Done, exitCode);
        AssertKeepsLines(client.Commented!, File.ReadAllText(path));
        Assert.Contains(CliHome.Executable, File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(ClientCases.WithoutComments), MemberType = typeof(ClientCases))]
    public async Task A_comment_where_the_client_reads_none_is_refused(ClientCase client)
    {
        var text = "{\n  // mine\n}\n";
        var path = home.Write(client.File, text);

        var (exitCode, _, errors) = await RunAsync(client.Name, "--local", "--write");

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains("no comments", errors, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(path));
    }

    [Theory]
    [MemberData(nameof(ClientCases.All), MemberType = typeof(ClientCases))]
    public async Task Writing_refuses_a_broken_file_and_says_where_it_is_broken(ClientCase client)
    {
        var path = home.Write(client.File, client.Broken);

        var (exitCode, _, errors) = await RunAsync(client.Name, "--local", "--write");

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains(path, errors, StringComparison.Ordinal);
        Assert.Contains("line 1", errors, StringComparison.Ordinal);
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
        Assert.Equal(client.Broken, File.ReadAllText(path));
    }

    [Theory]
    [MemberData(nameof(ClientCases.All), MemberType = typeof(ClientCases))]
    public async Task Writing_refuses_a_read_only_file(ClientCase client)
    {
        var path = home.Write(client.File, client.Existing);
        File.SetAttributes(path, FileAttributes.ReadOnly);

        var (exitCode, _, errors) = await RunAsync(client.Name, "--local", "--write");

        File.SetAttributes(path, FileAttributes.Normal);
        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains("read-only", errors, StringComparison.Ordinal);
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
        Assert.Equal(client.Existing, File.ReadAllText(path));
    }

    [Theory]
    [MemberData(nameof(ClientCases.All), MemberType = typeof(ClientCases))]
    public async Task Writing_twice_changes_nothing_the_second_time(ClientCase client)
    {
        var path = home.Write(client.File, client.Existing);
        await RunAsync(client.Name, "--local", "--write");
        var once = File.ReadAllText(path);

        var (exitCode, output, _) = await RunAsync(client.Name, "--local", "--write");

        Assert.Equal(ExitCode.Done, exitCode);
        Assert.Contains("nothing was changed", output, StringComparison.Ordinal);
        Assert.Equal(once, File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!, "*.bak"));
    }

    [Theory]
    [MemberData(nameof(ClientCases.All), MemberType = typeof(ClientCases))]
    public async Task Writing_another_bus_changes_the_entry_that_is_there(ClientCase client)
    {
        await RunAsync(client.Name, "--local", "--write");

        await RunAsync(client.Name, "--base-url", "https://bus.example", "--write");

        var text = home.Read(client.File);
        Assert.Contains("https://bus.example", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"local\" }", text, StringComparison.Ordinal);
        Assert.Single(text.Split("tools with blank").Skip(1));
    }

    [Theory]
    [MemberData(nameof(ClientCases.All), MemberType = typeof(ClientCases))]
    public async Task The_key_is_never_written(ClientCase client)
    {
        home["BACKCHANNEL_API_KEY"] = "bck_secret";

        var printed = await RunAsync(client.Name, "--base-url", "https://bus.example");
        var written = await RunAsync(client.Name, "--base-url", "https://bus.example", "--write");

        var all = string.Concat(printed.Output, printed.Errors, written.Output, written.Errors, home.Read(client.File));
        Assert.DoesNotContain("bck_secret", all, StringComparison.Ordinal);
        Assert.Contains("no key is written", printed.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_server_can_have_another_name()
    {
        var (_, output, _) = await RunAsync("cursor", "--local", "--name", "team_bus");

        Assert.Contains("\"team_bus\": {", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_of_the_server_are_written_as_its_environment()
    {
        var (_, output, _) = await RunAsync("cursor", "--local", "--agent-label", "reviewer", "--log-level", "DEBUG");

        Assert.Contains("\"BACKCHANNEL_AGENT_LABEL\": \"reviewer\"", output, StringComparison.Ordinal);
        Assert.Contains("\"BACKCHANNEL_MCP_LOG\": \"DEBUG\"", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cursr", "cursor")]
    [InlineData("emacs", "jetbrains")]
    public async Task An_unknown_client_is_wrong_usage_and_the_known_ones_are_named(string typed, string named)
    {
        var (exitCode, _, errors) = await RunAsync(typed);

        Assert.Equal(ExitCode.WrongUsage, exitCode);
        Assert.Contains(named, errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Claude Code", "claude-code")]
    [InlineData("VS_CODE", "vscode")]
    [InlineData("gemini", "gemini-cli")]
    [InlineData("claude", "claude-code")]
    [InlineData("copilot", "copilot-cli")]
    [InlineData("qwen", "qwen-code")]
    public void Clients_are_found_by_what_people_call_them(string typed, string name)
    {
        Assert.Equal(name, McpClients.Find(typed)?.Name);
    }

    [Theory]
    [InlineData("--name", "")]
    [InlineData("--name", "a b")]
    [InlineData("--base-url", "https://bus.example")]
    public async Task A_name_that_clients_would_choke_on_and_two_buses_are_wrong_usage(string option, string value)
    {
        var (exitCode, output, errors) = await RunAsync("cursor", "--local", option, value);

        Assert.Equal(ExitCode.WrongUsage, exitCode);
        Assert.Contains(option, errors, StringComparison.Ordinal);
        Assert.Empty(output);
    }

    [Fact]
    public async Task Jetbrains_is_printed_for_pasting_and_has_no_file_to_write()
    {
        var printed = await RunAsync("jetbrains", "--local");
        var written = await RunAsync("jetbrains", "--local", "--write");

        Assert.Contains("\"mcpServers\": {", printed.Output, StringComparison.Ordinal);
        Assert.Contains("Paste", printed.Errors, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, written.ExitCode);
        Assert.Contains("config junie", written.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_home_folder_it_prints_but_does_not_write()
    {
        home["HOME"] = "";

        var printed = await RunAsync("cursor", "--local");
        var written = await RunAsync("cursor", "--local", "--write");

        Assert.Contains(CliHome.Executable, printed.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, written.ExitCode);
        Assert.Contains("HOME", written.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("--write")]
    [InlineData("--base-url", " ")]
    public async Task Without_a_bus_it_asks_which_one_instead_of_taking_the_public_one(params string[] options)
    {
        var (exitCode, output, errors) = await RunAsync(["cursor", .. options]);

        Assert.Equal(ExitCode.WrongUsage, exitCode);
        Assert.Empty(output);
        Assert.Contains("--local", errors, StringComparison.Ordinal);
        Assert.Contains("--base-url", errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(home.Folder));
    }

    [Fact]
    public async Task The_bus_of_the_environment_is_one_that_was_chosen()
    {
        home["BACKCHANNEL_BASE_URL"] = "https://bus.example";

        var (_, output, _) = await RunAsync("cursor");

        Assert.Contains("https://bus.example", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MCPORTER_CONFIG", "elsewhere/own.json", "elsewhere/own.json")]
    [InlineData("XDG_CONFIG_HOME", "elsewhere", "elsewhere/mcporter/mcporter.json")]
    public async Task The_file_that_mcporters_variables_name_is_used(string variable, string value, string file)
    {
        home[variable] = home.PathOf(value);

        await RunAsync("mcporter", "--local", "--write");

        Assert.Contains(CliHome.Executable, home.Read(file), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("claude-code", "CLAUDE_CONFIG_DIR", ".claude.json")]
    [InlineData("codex", "CODEX_HOME", "config.toml")]
    [InlineData("copilot-cli", "COPILOT_HOME", "mcp-config.json")]
    [InlineData("zed", "XDG_CONFIG_HOME", "zed/settings.json")]
    public async Task A_folder_that_the_clients_own_variable_names_is_used(string client, string variable, string file)
    {
        home[variable] = home.PathOf("elsewhere");

        await RunAsync(client, "--local", "--write");

        Assert.Contains(CliHome.Executable, home.Read(Path.Combine("elsewhere", file)), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(ClientCases.All), MemberType = typeof(ClientCases))]
    public async Task Tools_are_allowed_only_if_that_is_asked_for(ClientCase client)
    {
        await RunAsync(client.Name, "--local", "--write");

        Assert.Equal([home.PathOf(client.File)], Directory.GetFiles(home.Folder, "*", SearchOption.AllDirectories));
        Assert.DoesNotContain("trust", home.Read(client.File), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(ClientCases.All), MemberType = typeof(ClientCases))]
    public async Task Allowing_says_for_every_client_what_was_done_or_what_its_user_can_do(ClientCase client)
    {
        var (exitCode, output, _) = await RunAsync(client.Name, "--local", "--write", "--allow");
        var (_, again, _) = await RunAsync(client.Name, "--local", "--write", "--allow");
        var (_, _, printed) = await RunAsync(client.Name, "--local", "--allow");

        Assert.Equal(ExitCode.Done, exitCode);
        var said = output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[1];
        Assert.EndsWith(".", said.TrimEnd(), StringComparison.Ordinal);
        Assert.Contains("nothing was changed", again, StringComparison.Ordinal);
        Assert.Equal(2, again.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Empty(Directory.GetFiles(home.Folder, "*.bak", SearchOption.AllDirectories));
        Assert.NotEqual(printed, (await RunAsync(client.Name, "--local")).Errors);
    }

    [Theory]
    [InlineData("gemini-cli", ".gemini/settings.json")]
    [InlineData("qwen-code", ".qwen/settings.json")]
    public async Task Allowing_is_a_switch_in_the_entry_where_the_client_has_one(string client, string file)
    {
        home.Write(file, """{"mcpServers":{"backchannel":{"trust":false}}}""");

        var (_, output, _) = await RunAsync(client, "--local", "--write", "--allow");
        var (_, snippet, _) = await RunAsync(client, "--local", "--allow");

        foreach (var text in (string[])[home.Read(file), snippet])
        {
            Assert.True(JsonElement.Parse(text).GetProperty("mcpServers").GetProperty("backchannel").GetProperty("trust").GetBoolean());
        }

        Assert.Contains("to be asked again, delete it from the entry", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Allowing_beats_an_earlier_choice_in_the_entry_of_Codex()
    {
        home.Write(".codex/config.toml", "[mcp_servers.backchannel]\ndefault_tools_approval_mode = \"prompt\" # mine\n");

        await RunAsync("codex", "--local", "--write");
        var before = home.Read(".codex/config.toml");
        await RunAsync("codex", "--local", "--write", "--allow");

        Assert.Contains("default_tools_approval_mode = \"prompt\" # mine", before, StringComparison.Ordinal);
        Assert.Contains("default_tools_approval_mode = \"approve\" # mine", home.Read(".codex/config.toml"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Allowing_adds_a_rule_to_the_settings_of_Claude_Code_and_keeps_the_rest()
    {
        var settings = home.Write(".claude/settings.json", "{\n  \"model\": \"x\",\n  \"permissions\": {\n    \"allow\": [\"Bash(ls)\"],\n    \"deny\": [\"WebFetch\"]\n  }\n}\n");

        var (exitCode, output, _) = await RunAsync("claude-code", "--local", "--write", "--allow", "--name", "mine");
        var (_, again, _) = await RunAsync("claude-code", "--local", "--write", "--allow", "--name", "mine");

        Assert.Equal(ExitCode.Done, exitCode);
        Assert.Equal(
            "{\n  \"model\": \"x\",\n  \"permissions\": {\n    \"allow\": [\"Bash(ls)\", \"mcp__mine\"],\n    \"deny\": [\"WebFetch\"]\n  }\n}\n",
            File.ReadAllText(settings));
        Assert.Contains("""now has "mcp__mine" in permissions.allow""", output, StringComparison.Ordinal);
        Assert.Contains("To be asked again, delete it there.", output, StringComparison.Ordinal);
        Assert.Contains(Assert.Single(Directory.GetFiles(home.PathOf(".claude"), "*.bak")), output, StringComparison.Ordinal);
        Assert.Contains("already has", again, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mcp__backchannel", true)]
    [InlineData("mcp__backchannel__issue_key", true)]
    [InlineData("mcp__backchannels", false)]
    public async Task A_rule_by_which_Claude_Code_refuses_tools_of_the_server_is_named(string denied, bool isNamed)
    {
        home.Write(".claude/settings.json", $$"""{"permissions":{"deny":["WebFetch","{{denied}}"]} }""");

        var (exitCode, output, _) = await RunAsync("claude-code", "--local", "--write", "--allow");

        Assert.Equal(ExitCode.Done, exitCode);
        Assert.Equal(isNamed, output.Contains($"but \"{denied}\" in permissions.deny counts for more", StringComparison.Ordinal));
        Assert.NotEqual(isNamed, output.Contains("runs the tools without asking", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{ // mine\n}", "no comments")]
    [InlineData("""{"permissions":{"allow":"all"}}""", "is not a list")]
    public async Task Settings_that_cannot_be_edited_are_left_alone_and_the_rule_is_named(string text, string reason)
    {
        var settings = home.Write(".claude/settings.json", text);

        var (exitCode, _, errors) = await RunAsync("claude-code", "--local", "--write", "--allow");

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains(reason, errors, StringComparison.Ordinal);
        Assert.Contains("""add "mcp__backchannel" to permissions.allow by hand; without --allow, the server itself is set up""", errors, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(settings));
        Assert.False(File.Exists(home.PathOf(".claude.json")));
    }

    private Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments) =>
        home.RunAsync(["config", .. arguments]);

    private static void AssertSame(ClientCase client, string expected, string actual)
    {
        if (client.File.EndsWith(".toml", StringComparison.Ordinal))
        {
            Assert.Equal(expected, actual);
            return;
        }

        using var one = JsonDocument.Parse(expected);
        using var other = JsonDocument.Parse(actual);
        Assert.True(JsonElement.DeepEquals(one.RootElement, other.RootElement), actual);
    }

    /// <summary>Every line is still there, in order; a comma may have come behind a value.</summary>
    private static void AssertKeepsLines(string before, string after)
    {
        var lines = new Queue<string>(after.Split('\n'));
        foreach (var line in before.Split('\n'))
        {
            while (lines.TryDequeue(out var candidate) && candidate != line && candidate != line + ",")
            {
            }

            Assert.True(lines.Count > 0 || line == after.Split('\n')[^1], $"'{line}' is gone or moved:\n{after}");
        }
    }
}
