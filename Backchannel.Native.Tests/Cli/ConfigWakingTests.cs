using System.Text.Json;
using Backchannel.Native.Cli;
using Backchannel.Native.Cli.Config;
using Backchannel.Native.Tests.Cli.Config;

namespace Backchannel.Native.Tests.Cli;

/// <summary><c>config --wake</c> and <c>--unwake</c>.</summary>
public sealed class ConfigWakingTests : IDisposable
{
    private const string Reviews = "BACKCHANNEL_WAKE";

    private readonly CliHome home = new();

    /// <summary>Each client that can be woken, and the files that wake it.</summary>
    public static TheoryData<string, string[]> Clients => new()
    {
        { "claude-code", [".claude/settings.json"] },
        { "codex", [".codex/hooks.json"] },
        { "gemini-cli", [".gemini/settings.json"] },
        { "opencode", [".config/opencode/plugins/backchannel.js"] },
        { "qwen-code", [".qwen/settings.json"] },
        { "copilot-cli", [".copilot/hooks/backchannel.json", ".copilot/extensions/backchannel/extension.mjs"] },
    };

    public static TheoryData<string> OtherClients => [.. McpClients.Names.Except(Clients.Select(static row => (string)row[0]))];

    public void Dispose() => home.Dispose();

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Waking_writes_the_channels_into_the_entry_and_each_file_that_wakes(string client, string[] files)
    {
        var (exitCode, output, _) = await RunAsync(client, "--local", "--write", "--wake", "reviews", "build queue,docs");

        Assert.Equal(ExitCode.Done, exitCode);
        Assert.Contains("reviews,build queue,docs", home.Read(FileOf(client)), StringComparison.Ordinal);
        foreach (var file in files)
        {
            Assert.Contains(CliHome.Executable, home.Read(file), StringComparison.Ordinal);
            Assert.Contains(home.PathOf(file), output, StringComparison.Ordinal);
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(home.PathOf(file)));
            }
        }

        Assert.Contains($"backchannel-mcp config {client} --unwake --write", output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Unwaking_leaves_every_file_as_config_made_it_and_no_other(string client, string[] files)
    {
        await RunAsync(client, "--local", "--write");
        var before = Everything();

        await RunAsync(client, "--local", "--write", "--wake", "reviews");
        var (exitCode, output, _) = await RunAsync(client, "--unwake", "--write");

        Assert.Equal(ExitCode.Done, exitCode);
        Assert.Equal(before, Everything());
        Assert.All(files, file => Assert.Contains(home.PathOf(file), output, StringComparison.Ordinal));
        Assert.False(Directory.Exists(home.PathOf(".copilot/extensions/backchannel")));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Unwaking_leaves_files_of_their_owner_byte_for_byte(string client, string[] files)
    {
        home.Write(FileOf(client), ClientCases.List.Single(known => known.Name == client).Existing);
        await RunAsync(client, "--local", "--write");
        foreach (var file in files.Where(file => file.EndsWith(".json", StringComparison.Ordinal) && !File.Exists(home.PathOf(file))))
        {
            home.Write(file, "{\n\t\"version\": 1,\n\t\"hooks\": {\n\t\t\"Other\": [ { \"x\": \"ö\" } ]\n\t}\n}\n");
        }

        var before = Everything();

        await RunAsync(client, "--local", "--write", "--wake", "reviews");
        await RunAsync(client, "--unwake", "--write");

        Assert.Equal(before, Everything());
    }

    /// <summary>Files with hooks that their owner may have, empty in more than one way.</summary>
    public static TheoryData<string, string, string> OwnersFiles
    {
        get
        {
            var rows = new TheoryData<string, string, string>();
            foreach (var (client, file, name) in (ReadOnlySpan<(string, string, string)>)[
                ("claude-code", ".claude/settings.json", "Stop"),
                ("codex", ".codex/hooks.json", "Stop"),
                ("gemini-cli", ".gemini/settings.json", "AfterAgent"),
                ("qwen-code", ".qwen/settings.json", "Stop"),
                ("copilot-cli", ".copilot/hooks/backchannel.json", "agentStop")])
            {
                List<string> texts =
                [
                    "", "\n", "{}", "{ }\n", "{\n}\n", """{"hooks":{}}""", $$$"""{"hooks":{"{{{name}}}":[]}}""", $$$"""{ "hooks" : { "{{{name}}}": [ ], "a": {} } }""",
                    $"{{\r\n\t\"hooks\": {{\r\n\t\t\"{name}\": [\r\n\t\t]\r\n\t}},\r\n\t\"x\": [1]\r\n}}",
                    $$$"""{"a":1,"hooks":{"{{{name}}}":[{"hooks":[{"type":"command","command":"mine","bash":"mine"}]}],"UserPromptSubmit":[]}}""",
                ];
                if (client is "gemini-cli" or "qwen-code")
                {
                    texts.Add($"// mine\n{{\n  \"hooks\": {{ /* none */ }}, // later\n  \"{name}\": []\n}}\n");
                    texts.Add($"{{\"hooks\": {{\n  // none yet\n  \"{name}\": [ /* here */ ]\n}}}}");
                }

                texts.ForEach(text => rows.Add(client, file, text));
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(OwnersFiles))]
    public async Task Unwaking_leaves_what_was_empty_before_as_it_was(string client, string file, string text)
    {
        home.Write(file, text);
        await RunAsync(client, "--local", "--write");
        var before = Everything();

        await RunAsync(client, "--local", "--write", "--wake", "reviews");
        Assert.NotEqual(before, Everything());
        await RunAsync(client, "--unwake", "--write");

        Assert.Equal(before, Everything());
    }

    [Theory]
    [InlineData("claude-code", ".claude/settings.json", "Stop")]
    [InlineData("copilot-cli", ".copilot/hooks/backchannel.json", "agentStop")]
    public async Task Unwaking_leaves_an_empty_list_also_in_a_file_that_was_changed_meanwhile(string client, string file, string name)
    {
        var before = $"{{\n  \"hooks\": {{\n    \"{name}\": []\n  }},\n  \"x\": 1\n}}\n";
        home.Write(file, before);

        await RunAsync(client, "--local", "--write", "--wake", "reviews");
        home.Write(file, home.Read(file).Replace("\"x\": 1", "\"x\": 2", StringComparison.Ordinal));
        await RunAsync(client, "--unwake", "--write");

        Assert.Equal(before.Replace("\"x\": 1", "\"x\": 2", StringComparison.Ordinal), home.Read(file));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Unwaking_one_entry_leaves_what_wakes_for_another(string client, string[] files)
    {
        await RunAsync(client, "--local", "--write", "--wake", "reviews");
        var (_, written, _) = await RunAsync(client, "--local", "--write", "--wake", "docs", "--name", "second");
        var before = Everything();

        var (exitCode, output, _) = await RunAsync(client, "--unwake", "--write", "--name", "second");

        Assert.Equal(ExitCode.Done, exitCode);
        Assert.Contains($"backchannel-mcp config {client} --unwake --write --name second", written, StringComparison.Ordinal);
        Assert.Contains("stays, since 'backchannel' is woken by it too, for reviews", output, StringComparison.Ordinal);
        Assert.DoesNotContain("docs", home.Read(FileOf(client)), StringComparison.Ordinal);
        Assert.All(files.Where(file => file != FileOf(client)), file => Assert.Equal(before[home.PathOf(file)], home.Read(file)));
        Assert.All(files, file => Assert.Contains(CliHome.Executable, home.Read(file), StringComparison.Ordinal));

        await RunAsync(client, "--unwake", "--write");
        Assert.All(files.Where(file => file != FileOf(client)), file => Assert.False(File.Exists(home.PathOf(file))));
        Assert.DoesNotContain("hook", home.Read(FileOf(client)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_behind_the_channels_is_told_where_it_belongs()
    {
        var (exitCode, _, errors) = await RunAsync("--local", "--wake", "claude-code");

        Assert.Equal(ExitCode.WrongUsage, exitCode);
        Assert.Contains("'config' needs CLIENT. ", errors, StringComparison.Ordinal);
        Assert.Contains(" It stands before --wake, which takes all words behind it.", errors, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Waking_twice_changes_nothing_the_second_time_and_other_channels_replace_the_first(string client, string[] files)
    {
        await RunAsync(client, "--local", "--write", "--wake", "reviews");
        var once = Everything();

        var (_, output, _) = await RunAsync(client, "--local", "--write", "--wake", "reviews");
        var twice = Everything();
        await RunAsync(client, "--local", "--write", "--wake", "docs");

        Assert.Equal(once, twice);
        Assert.All(files, file => Assert.Contains($"{home.PathOf(file)} already has", output, StringComparison.Ordinal));
        Assert.DoesNotContain("reviews", home.Read(FileOf(client)), StringComparison.Ordinal);
        Assert.Contains("\"docs\"", home.Read(FileOf(client)), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Without_write_everything_is_printed_and_nothing_made(string client, string[] files)
    {
        var (exitCode, output, errors) = await RunAsync(client, "--local", "--wake", "reviews");

        Assert.Equal(ExitCode.Done, exitCode);
        Assert.Contains(Reviews, output, StringComparison.Ordinal);
        Assert.All(files, file => Assert.Contains(home.PathOf(file), errors, StringComparison.Ordinal));
        Assert.Contains(CliHome.Executable, errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(home.Folder));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Unwaking_without_write_says_what_would_go_and_changes_nothing(string client, string[] files)
    {
        await RunAsync(client, "--local", "--write", "--wake", "reviews");
        var before = Everything();

        var (exitCode, output, _) = await RunAsync(client, "--unwake");

        Assert.Equal(ExitCode.Done, exitCode);
        Assert.Equal(before, Everything());
        Assert.All(files, file => Assert.Contains(home.PathOf(file), output, StringComparison.Ordinal));
        Assert.Equal(files.Length + 1, output.Split('\n').Count(static line => line.StartsWith("With --write, ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Unwaking_says_of_each_file_whether_it_was_changed()
    {
        await RunAsync("claude-code", "--local", "--write", "--wake", "reviews");
        await File.WriteAllBytesAsync(home.PathOf(".claude/settings.json"), [0xff]);

        var (exitCode, output, errors) = await RunAsync("claude-code", "--unwake", "--write");

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains($"{Reviews} was taken out of ", output, StringComparison.Ordinal);
        Assert.Contains($"{home.PathOf(".claude/settings.json")} is not UTF-8 text; it was left as it is.", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("othing was changed", errors, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Unwaking_what_was_never_woken_says_so(string client, string[] files)
    {
        var (exitCode, output, _) = await RunAsync(client, "--unwake", "--write");

        Assert.Equal(ExitCode.Done, exitCode);
        Assert.Equal(files.Length + 1, output.Split('\n').Count(static line => line.TrimEnd().EndsWith("nothing was changed.", StringComparison.Ordinal)));
        Assert.Empty(Directory.GetFileSystemEntries(home.Folder));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Config_without_wake_keeps_the_channels_and_adds_no_hook(string client, string[] files)
    {
        await RunAsync(client, "--local", "--write");

        Assert.All(files.Where(file => file != FileOf(client)), file => Assert.False(File.Exists(home.PathOf(file))));
        Assert.DoesNotContain("hook", home.Read(FileOf(client)), StringComparison.Ordinal);

        await RunAsync(client, "--local", "--write", "--wake", "reviews");
        await RunAsync(client, "--local", "--write");

        Assert.Contains(Reviews, home.Read(FileOf(client)), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(OtherClients))]
    public async Task A_client_that_nothing_can_wake_is_refused_and_those_that_can_be_are_named(string client)
    {
        foreach (var option in (string[][])[["--local", "--wake", "reviews"], ["--unwake"]])
        {
            var (exitCode, output, errors) = await RunAsync([client, "--write", .. option]);

            Assert.Equal(ExitCode.WrongUsage, exitCode);
            Assert.Empty(output);
            Assert.Contains("cannot be woken", errors, StringComparison.Ordinal);
            Assert.All(Clients, known => Assert.Contains((string)known[0], errors, StringComparison.Ordinal));
            Assert.Empty(Directory.GetFileSystemEntries(home.Folder));
        }
    }

    [Theory]
    [InlineData("--wake", "a/b")]
    [InlineData("--wake", "a,,b")]
    [InlineData("--wake", " ")]
    [InlineData("--wake")]
    [InlineData("--unwake", "--wake", "a")]
    [InlineData("--unwake", "--allow")]
    public async Task Names_that_are_none_and_options_that_exclude_each_other_are_wrong_usage(params string[] options)
    {
        var (exitCode, output, errors) = await RunAsync(["claude-code", "--local", "--write", .. options]);

        Assert.Equal(ExitCode.WrongUsage, exitCode);
        Assert.Empty(output);
        Assert.Contains(options[0], errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(home.Folder));
    }

    [Theory]
    [InlineData("claude-code", ".claude/settings.json", "{ \"hooks\": ", "line 1")]
    [InlineData("claude-code", ".claude/settings.json", "{\"hooks\":{\"Stop\":1}}", "is not a list")]
    [InlineData("codex", ".codex/hooks.json", "{ // mine\n}", "no comments")]
    [InlineData("opencode", ".config/opencode/plugins/backchannel.js", "export const Mine = 1\n", "this program did not write it")]
    [InlineData("copilot-cli", ".copilot/hooks/backchannel.json", "[]", "is not an object")]
    public async Task A_file_that_cannot_be_edited_is_left_alone_and_named(string client, string file, string text, string reason)
    {
        home.Write(file, text);

        var woken = await RunAsync(client, "--local", "--write", "--wake", "reviews");

        Assert.Equal(ExitCode.Failed, woken.ExitCode);
        Assert.Contains($"{home.PathOf(file)} was left as it is: ", woken.Errors, StringComparison.Ordinal);
        Assert.Contains(reason, woken.Errors, StringComparison.Ordinal);
        Assert.Empty(woken.Output);
        Assert.Equal([home.PathOf(file)], Directory.GetFiles(home.Folder, "*", SearchOption.AllDirectories));
        Assert.Equal(text, home.Read(file));
    }

    [UnixTheory]
    [MemberData(nameof(Clients))]
    public async Task A_file_of_several_that_is_read_only_keeps_all_of_them_as_they_are(string client, string[] files)
    {
        home.Write(files[^1], "");
        File.SetUnixFileMode(home.PathOf(files[^1]), UnixFileMode.UserRead);

        var (exitCode, output, errors) = await RunAsync(client, "--local", "--write", "--wake", "reviews");

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Empty(output);
        Assert.Contains($"{home.PathOf(files[^1])} is read-only; it was left as it is.", errors, StringComparison.Ordinal);
        Assert.Equal([home.PathOf(files[^1])], Directory.GetFiles(home.Folder, "*", SearchOption.AllDirectories));
    }

    [UnixTheory]
    [InlineData("{}\n", true)]
    [InlineData("{}\n", false)]
    [InlineData("", true)]
    public async Task Unwaking_leaves_a_link_that_leads_to_a_file(string text, bool keepsBackups)
    {
        var target = home.Write("dotfiles/settings.json", text);
        Directory.CreateDirectory(home.PathOf(".claude"));
        File.CreateSymbolicLink(home.PathOf(".claude/settings.json"), target);
        await RunAsync("claude-code", "--local", "--write", "--wake", "reviews");
        foreach (var backup in keepsBackups ? [] : Directory.GetFiles(home.PathOf("dotfiles"), "*.bak"))
        {
            File.Delete(backup);
        }

        await RunAsync("claude-code", "--unwake", "--write");

        Assert.Equal(target, new FileInfo(home.PathOf(".claude/settings.json")).LinkTarget);
        Assert.Equal(text.Trim(), home.Read(".claude/settings.json").Trim());
    }

    [Fact]
    public async Task A_script_that_its_owner_changed_stays_when_the_rest_goes()
    {
        const string Plugin = ".config/opencode/plugins/backchannel.js";
        await RunAsync("opencode", "--local", "--write", "--wake", "reviews");
        var changed = home.Read(Plugin) + "// mine\n";
        home.Write(Plugin, changed);

        var (exitCode, _, errors) = await RunAsync("opencode", "--unwake", "--write");

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains("was changed since this program wrote it", errors, StringComparison.Ordinal);
        Assert.Equal(changed, home.Read(Plugin));
        Assert.DoesNotContain(Reviews, home.Read(".config/opencode/opencode.json"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("claude-code", "CLAUDE_CONFIG_DIR", "settings.json")]
    [InlineData("codex", "CODEX_HOME", "hooks.json")]
    [InlineData("opencode", "XDG_CONFIG_HOME", "opencode/plugins/backchannel.js")]
    [InlineData("copilot-cli", "COPILOT_HOME", "extensions/backchannel/extension.mjs")]
    public async Task A_folder_that_the_clients_own_variable_names_is_used(string client, string variable, string file)
    {
        home[variable] = home.PathOf("elsewhere");

        await RunAsync(client, "--local", "--write", "--wake", "reviews");

        Assert.Contains(CliHome.Executable, home.Read(Path.Combine("elsewhere", file)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_hook_of_Claude_Code_waits_for_a_day_beside_the_session()
    {
        await RunAsync("claude-code", "--local", "--write", "--wake", "reviews");

        Assert.True(JsonElement.DeepEquals(
            JsonElement.Parse("""
                {"hooks":{
                  "Stop":[{"hooks":[{"type":"command","command":"'/opt/tools with blank/backchannel-mcp' hook claude-code","asyncRewake":true,"timeout":86400}]}],
                  "UserPromptSubmit":[{"hooks":[{"type":"command","command":"'/opt/tools with blank/backchannel-mcp' hook claude-code --typed","async":true,"timeout":30}]}]}}
                """),
            JsonElement.Parse(home.Read(".claude/settings.json"))));
    }

    // A hook that the client does not wait for cannot say anything, and each client has a unit of its own for the time.
    [Theory]
    [InlineData("codex", ".codex/hooks.json", "Stop", 30)]
    [InlineData("qwen-code", ".qwen/settings.json", "Stop", 30)]
    [InlineData("gemini-cli", ".gemini/settings.json", "AfterAgent", 30_000)]
    public async Task The_hook_at_the_end_of_a_turn_is_waited_for_and_has_half_a_minute(string client, string file, string name, int timeout)
    {
        await RunAsync(client, "--local", "--write", "--wake", "reviews");

        var hook = JsonElement.Parse(home.Read(file)).GetProperty("hooks").GetProperty(name)[0];
        Assert.True(
            JsonElement.DeepEquals(JsonElement.Parse($$"""{"hooks":[{"type":"command","command":"'/opt/tools with blank/backchannel-mcp' hook {{client}}","timeout":{{timeout}}}]}"""), hook),
            hook.GetRawText());
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task What_only_the_user_may_allow_is_not_written(string client, string[] files)
    {
        await RunAsync(client, "--local", "--write", "--wake", "reviews");

        Assert.NotEmpty(files);
        var written = string.Concat(Everything().Values);
        Assert.All((string[])["crossSessionInbound", "experimental", "trust"], setting => Assert.DoesNotContain(setting, written, StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("codex", "within 10 seconds, if the session has called one of its tools before")]
    [InlineData("gemini-cli", "Nothing wakes an idle session")]
    [InlineData("opencode", "without a network it waits about a minute")]
    [InlineData("opencode", "wakes a session that has had a turn")]
    [InlineData("copilot-cli", "Start 'copilot --experimental' once")]
    public async Task What_the_user_must_know_of_a_client_is_said(string client, string words)
    {
        var (_, output, _) = await RunAsync(client, "--local", "--write", "--wake", "reviews");

        Assert.Contains(words, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_consent_is_written_for_Codex_and_the_user_is_told_that_it_asks()
    {
        var (_, output, _) = await RunAsync("codex", "--local", "--write", "--wake", "reviews");

        Assert.Contains("Codex asks whether you trust the hook", output, StringComparison.Ordinal);
        Assert.DoesNotContain("trust", home.Read(".codex/config.toml") + home.Read(".codex/hooks.json"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[mcp_servers.backchannel]\nenv = {BACKCHANNEL_BASE_URL=\"local\"} # mine\n")]
    [InlineData("[mcp_servers.backchannel]\nenv = { BACKCHANNEL_BASE_URL = \"local\", A = { b = 1 } }\n\n[next]\na = 1\n")]
    [InlineData("[mcp_servers.backchannel.env]\r\nBACKCHANNEL_BASE_URL = \"local\" # mine\r\n# the end\r\n[next]\r\n")]
    [InlineData("[mcp_servers.backchannel]\n[mcp_servers.backchannel.env]\nBACKCHANNEL_BASE_URL = \"local\"")]
    [InlineData("[mcp_servers]\nbackchannel = { command = \"x\", env = { BACKCHANNEL_BASE_URL = \"local\" } }\n")]
    public async Task The_variable_comes_out_of_every_layout_of_Codex(string text)
    {
        home.Write(".codex/config.toml", text);
        await RunAsync("codex", "--local", "--write");
        var before = home.Read(".codex/config.toml");

        await RunAsync("codex", "--local", "--write", "--wake", "reviews");
        var woken = home.Read(".codex/config.toml");
        await RunAsync("codex", "--unwake", "--write");

        Assert.Contains("BACKCHANNEL_WAKE = \"reviews\"", woken, StringComparison.Ordinal);
        Assert.False(Tomlyn.Parsing.SyntaxParser.Parse(woken).HasErrors, woken);
        Assert.Equal(before, home.Read(".codex/config.toml"));
    }

    private static string FileOf(string client) => ClientCases.List.Single(known => known.Name == client).File;

    /// <summary>Every file but the backups, with what it holds.</summary>
    private Dictionary<string, string> Everything() => Directory.GetFiles(home.Folder, "*", SearchOption.AllDirectories)
        .Where(static file => !file.EndsWith(".bak", StringComparison.Ordinal))
        .ToDictionary(static file => file, File.ReadAllText);

    private Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments) => home.RunAsync(["config", .. arguments]);
}
