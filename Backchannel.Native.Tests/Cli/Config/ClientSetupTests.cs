using System.Text.Json;
using Backchannel.Native.Cli.Config;
using Backchannel.Native.Client;
using Backchannel.Native.Tools;

namespace Backchannel.Native.Tests.Cli.Config;

/// <summary>Every client on every system, found from the home folder alone, with each kind of file that may lie there.</summary>
public sealed class ClientSetupTests : IDisposable
{
    private static readonly Dictionary<string, (string Linux, string MacOS, string Windows)> Places = new()
    {
        ["claude-code"] = (".claude.json", ".claude.json", ".claude.json"),
        ["claude-desktop"] = (
            ".config/Claude/claude_desktop_config.json",
            "Library/Application Support/Claude/claude_desktop_config.json",
            "AppData/Roaming/Claude/claude_desktop_config.json"),
        ["cursor"] = (".cursor/mcp.json", ".cursor/mcp.json", ".cursor/mcp.json"),
        ["vscode"] = (".config/Code/User/mcp.json", "Library/Application Support/Code/User/mcp.json", "AppData/Roaming/Code/User/mcp.json"),
        ["zed"] = (".config/zed/settings.json", ".config/zed/settings.json", "AppData/Roaming/Zed/settings.json"),
        ["windsurf"] = (".codeium/windsurf/mcp_config.json", ".codeium/windsurf/mcp_config.json", ".codeium/windsurf/mcp_config.json"),
        ["gemini-cli"] = (".gemini/settings.json", ".gemini/settings.json", ".gemini/settings.json"),
        ["codex"] = (".codex/config.toml", ".codex/config.toml", ".codex/config.toml"),
        ["opencode"] = (".config/opencode/opencode.json", ".config/opencode/opencode.json", ".config/opencode/opencode.json"),
        ["copilot-cli"] = (".copilot/mcp-config.json", ".copilot/mcp-config.json", ".copilot/mcp-config.json"),
        ["qwen-code"] = (".qwen/settings.json", ".qwen/settings.json", ".qwen/settings.json"),
        ["mcporter"] = (".mcporter/mcporter.json", ".mcporter/mcporter.json", ".mcporter/mcporter.json"),
        ["junie"] = (".junie/mcp/mcp.json", ".junie/mcp/mcp.json", ".junie/mcp/mcp.json"),
    };

    private readonly CliHome home = new();

    public static TheoryData<ClientCase, string> Everywhere
    {
        get
        {
            var rows = new TheoryData<ClientCase, string>();
            foreach (var client in ClientCases.List)
            {
                foreach (var system in Enum.GetNames<OperatingSystemFamily>())
                {
                    rows.Add(client, system);
                }
            }

            return rows;
        }
    }

    public void Dispose() => home.Dispose();

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void A_missing_file_is_made_in_its_place(ClientCase client, string system)
    {
        var (setup, path) = Setup(client, system);

        var said = setup.Write(home.Clock);

        Assert.StartsWith($"Made {path} ", said, StringComparison.Ordinal);
        Assert.Equal([path], Directory.GetFiles(home.Folder, "*", SearchOption.AllDirectories));
        Assert.Contains(CliHome.Executable, File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void An_empty_file_is_filled(ClientCase client, string system)
    {
        var (setup, path) = Setup(client, system, " \n");

        setup.Write(home.Clock);

        Assert.Contains(CliHome.Executable, File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void An_existing_file_keeps_what_it_holds_and_a_backup(ClientCase client, string system)
    {
        var (setup, path) = Setup(client, system, client.Existing);

        var said = setup.Write(home.Clock);

        var backup = Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!, "*.bak"));
        Assert.Equal(client.Existing, File.ReadAllText(backup));
        Assert.Contains(backup, said, StringComparison.Ordinal);
        Assert.All(Lines(client.Existing), line => Assert.Contains(line, File.ReadAllText(path), StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void A_commented_file_keeps_its_comments_or_is_refused_where_the_client_reads_none(ClientCase client, string system)
    {
        var before = client.Commented ?? "{\n  // mine\n}\n";
        var (setup, path) = Setup(client, system, before);

        var refusal = Record.Exception(() => setup.Write(home.Clock));

        var after = File.ReadAllText(path);
        if (client.Commented is null)
        {
            Assert.Contains("no comments", Assert.IsType<ConfigException>(refusal).Message, StringComparison.Ordinal);
            Assert.Equal(before, after);
            return;
        }

        Assert.Null(refusal);
        Assert.Contains(CliHome.Executable, after, StringComparison.Ordinal);
        Assert.All(Lines(before), line => Assert.Contains(line, after, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void A_broken_file_is_left_as_it_is(ClientCase client, string system)
    {
        var (setup, path) = Setup(client, system, client.Broken);

        var refusal = Assert.Throws<ConfigException>(() => setup.Write(home.Clock));

        Assert.Contains($"{path} was left as it is: line ", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(client.Broken, File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(home.Folder, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void A_read_only_file_is_left_as_it_is(ClientCase client, string system)
    {
        var (setup, path) = Setup(client, system, client.Existing);
        File.SetAttributes(path, FileAttributes.ReadOnly);

        var refusal = Assert.Throws<ConfigException>(() => setup.Write(home.Clock));

        File.SetAttributes(path, FileAttributes.Normal);
        Assert.Contains("read-only", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(client.Existing, File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(home.Folder, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [MemberData(nameof(ClientCases.All), MemberType = typeof(ClientCases))]
    public void A_server_of_that_name_that_has_a_URL_is_not_turned_into_this_one(ClientCase client)
    {
        var text = client.File.EndsWith(".toml", StringComparison.Ordinal)
            ? "[mcp_servers.backchannel]\nurl = \"https://other.example/mcp\"\n"
            : $$"""{"{{string.Join("\":{\"", client.Servers)}}":{"backchannel":{"url":"https://other.example/mcp"}{{new string('}', client.Servers.Count + 1)}}""";
        var (setup, path) = Setup(client, nameof(OperatingSystemFamily.Linux), text);

        var refusal = Assert.Throws<ConfigException>(() => setup.Write(home.Clock));

        Assert.Contains("another --name", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(path));
    }

    [Theory]
    [InlineData("cursor", """{"mcpServers":{"backchannel":{"command":"x","env":{"BACKCHANNEL_BASE_URL":"https://a.example","BACKCHANNEL_API_KEY":"bck_a"}}}}""", true)]
    [InlineData("cursor", """{"mcpServers":{"backchannel":{"command":"x","env":{"BACKCHANNEL_API_KEY":"bck_a"}}}}""", true)]
    [InlineData("cursor", """{"mcpServers":{"backchannel":{"command":"x","env":{"BACKCHANNEL_BASE_URL":"local","BACKCHANNEL_API_KEY":"bck_a"}}}}""", false)]
    [InlineData("opencode", """{"mcp":{"backchannel":{"command":["x"],"environment":{"BACKCHANNEL_BASE_URL":"https://a.example","BACKCHANNEL_API_KEY":"bck_a"}}}}""", true)]
    [InlineData("codex", "[mcp_servers.backchannel]\nenv = { BACKCHANNEL_BASE_URL = \"https://a.example\", BACKCHANNEL_API_KEY = \"bck_a\" }\n", true)]
    public void A_key_that_its_owner_put_into_the_entry_is_not_taken_to_another_bus(string name, string text, bool isRefused)
    {
        var client = ClientCases.List.Single(client => client.Name == name);
        var (setup, path) = Setup(client, nameof(OperatingSystemFamily.Linux), text);

        var refusal = Record.Exception(() => setup.Write(home.Clock));

        Assert.Equal(isRefused, refusal is ConfigException);
        Assert.Contains("bck_a", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Equal(isRefused, File.ReadAllText(path) == text);
        Assert.DoesNotContain("bck_a", refusal?.Message ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[mcp_servers.backchannel.env]\n", "[mcp_servers.backchannel.env]\nBACKCHANNEL_BASE_URL = \"local\"\n")]
    [InlineData("[mcp_servers.backchannel.env]\n# KEY = \"x\"\n\n[other]\na = 1\n", "# KEY = \"x\"\n\n[other]\na = 1\n")]
    [InlineData("[mcp_servers.backchannel.tools.issue_key]\napproval_mode = \"prompt\"\n", "env = { BACKCHANNEL_BASE_URL = \"local\" }\n")]
    [InlineData("[mcp_servers.backchannel]\nenabled = true\n[mcp_servers.backchannel.tools]\n", "env = { BACKCHANNEL_BASE_URL = \"local\" }\n")]
    public void Tables_of_Codex_below_the_entry_are_kept_and_the_file_can_be_read(string before, string part)
    {
        var (setup, path) = Setup(ClientCases.List.Single(client => client.Name == "codex"), nameof(OperatingSystemFamily.Linux), before);

        setup.Write(home.Clock);

        var after = File.ReadAllText(path);
        Assert.False(Tomlyn.Parsing.SyntaxParser.Parse(after).HasErrors, after);
        Assert.Contains(part, after, StringComparison.Ordinal);
        Assert.Contains($"command = \"{CliHome.Executable}\"", after, StringComparison.Ordinal);
        Assert.All(Lines(before), line => Assert.Contains(line, after, StringComparison.Ordinal));
        Assert.Contains("nothing was changed", setup.Write(home.Clock), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[[mcp_servers.backchannel.env]]\n", "array of tables")]
    [InlineData("[[mcp_servers.backchannel.args]]\n", "array of tables")]
    [InlineData("[[mcp_servers.backchannel]]\ncommand = 'x'\n", "array of tables")]
    [InlineData("[[mcp_servers]]\n", "array of tables")]
    [InlineData("[a]\nb.c = 'bck_a'\n[a.b]\n", "line 3, column 1 is not TOML")]
    [InlineData("a = { b = 'bck_a' }\n[a.c]\n", "line 2, column 2 is not TOML")]
    [InlineData("[[a]]\nb = 'bck_a'\n[a]\n", "line 3, column 1 is not TOML")]
    [InlineData("[mcp_servers.backchannel.env]\nX = 'bck_a'\n[mcp_servers.backchannel]\nenv = {}\n", "not TOML")]
    public void A_file_of_Codex_that_would_be_no_TOML_is_left_as_it_is(string text, string reason)
    {
        var (setup, path) = Setup(ClientCases.List.Single(client => client.Name == "codex"), nameof(OperatingSystemFamily.Linux), text);

        var refusal = Assert.Throws<ConfigException>(() => setup.Write(home.Clock));

        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("bck_a", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(home.Folder, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("tool_timeout_sec = 120\n", "tool_timeout_sec = 3660\n")]
    [InlineData("tool_timeout_sec = 7200.5\n", "tool_timeout_sec = 7200.5\n")]
    [InlineData("default_tools_approval_mode = \"prompt\"\n", "default_tools_approval_mode = \"prompt\"\n")]
    public void A_longer_time_limit_and_a_choice_about_questions_stay_their_owners(string before, string after)
    {
        var (setup, path) = Setup(
            ClientCases.List.Single(client => client.Name == "codex"), nameof(OperatingSystemFamily.Linux), $"[mcp_servers.backchannel]\n{before}");

        setup.Write(home.Clock);

        Assert.Contains(after, File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gemini-cli", "600000", "3660000")]
    [InlineData("gemini-cli", "7200000", "7200000")]
    [InlineData("qwen-code", "600000", "3660000")]
    [InlineData("qwen-code", "7200000", "7200000")]
    public void A_shorter_time_limit_in_an_entry_is_raised_and_a_longer_one_stays(string name, string before, string after)
    {
        var (setup, path) = Setup(
            ClientCases.List.Single(client => client.Name == name),
            nameof(OperatingSystemFamily.Linux),
            $$"""{"mcpServers":{"backchannel":{"timeout":{{before}} } } }""");

        setup.Write(home.Clock);

        Assert.Equal(
            after, JsonElement.Parse(File.ReadAllText(path)).GetProperty("mcpServers").GetProperty("backchannel").GetProperty("timeout").GetRawText());
    }

    [Fact]
    public async Task Codex_waits_longer_than_any_tool()
    {
        await using var connection = new BusConnection(
            new BackchannelClientOptions { BaseUrl = new Uri("http://127.0.0.1:1"), AgentLabel = "codex" }, TimeProvider.System);
        using var lanes = new Lanes();
        await using var catalog = new ToolCatalog(new BackchannelClient(connection), lanes, DefaultActor.Chosen("codex"), WorkerSession.Draw(isDetached: false), TimeProvider.System);

        var waits = catalog.Tools.SelectMany(tool => JsonElement.Parse(tool.InputSchema).GetProperty("properties").EnumerateObject())
            .Where(parameter => parameter.Name is "wait_seconds" or "timeout_seconds")
            .Select(parameter => parameter.Value.GetProperty("maximum").GetInt32())
            .ToList();

        Assert.Contains(3600, waits);
        Assert.All(waits, wait => Assert.InRange(wait, 1, ServerEntry.LongestCallInSeconds - 30));
    }

    private (ClientSetup Setup, string Path) Setup(ClientCase client, string system, string? text = null)
    {
        var family = Enum.Parse<OperatingSystemFamily>(system);
        var (linux, macOS, windows) = Places[client.Name];
        var file = family switch
        {
            OperatingSystemFamily.Windows => windows,
            OperatingSystemFamily.MacOS => macOS,
            _ => linux,
        };
        if (text is not null)
        {
            home.Write(file, text);
        }

        var entry = new ServerEntry("backchannel", CliHome.Executable, [new("BACKCHANNEL_BASE_URL", "local")], KeyMayBeNeeded: false);
        var places = new ClientPlaces(family, home.Folder, static _ => null);
        return (new ClientSetup(McpClients.Find(client.Name)!, entry, places), home.PathOf(file));
    }

    private static IEnumerable<string> Lines(string text) => text.Split('\n').Where(line => line.Trim().Length > 1);
}
