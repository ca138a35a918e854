using Backchannel.Native.Cli.Config;

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
        ["junie"] = (".junie/mcp/mcp.json", ".junie/mcp/mcp.json", ".junie/mcp/mcp.json"),
    };

    private readonly CliHome _home = new();

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

    public void Dispose() => _home.Dispose();

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void A_missing_file_is_made_in_its_place(ClientCase client, string system)
    {
        var (setup, path) = Setup(client, system);

        var said = setup.Write(_home.Clock);

        Assert.StartsWith($"Made {path} ", said, StringComparison.Ordinal);
        Assert.Equal([path], Directory.GetFiles(_home.Folder, "*", SearchOption.AllDirectories));
        Assert.Contains(CliHome.Executable, File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void An_empty_file_is_filled(ClientCase client, string system)
    {
        var (setup, path) = Setup(client, system, " \n");

        setup.Write(_home.Clock);

        Assert.Contains(CliHome.Executable, File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void An_existing_file_keeps_what_it_holds_and_a_backup(ClientCase client, string system)
    {
        var (setup, path) = Setup(client, system, client.Existing);

        var said = setup.Write(_home.Clock);

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

        var refusal = Record.Exception(() => setup.Write(_home.Clock));

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

        var refusal = Assert.Throws<ConfigException>(() => setup.Write(_home.Clock));

        Assert.Contains($"{path} was left as it is: line ", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(client.Broken, File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_home.Folder, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void A_read_only_file_is_left_as_it_is(ClientCase client, string system)
    {
        var (setup, path) = Setup(client, system, client.Existing);
        File.SetAttributes(path, FileAttributes.ReadOnly);

        var refusal = Assert.Throws<ConfigException>(() => setup.Write(_home.Clock));

        File.SetAttributes(path, FileAttributes.Normal);
        Assert.Contains("read-only", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(client.Existing, File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_home.Folder, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [MemberData(nameof(ClientCases.All), MemberType = typeof(ClientCases))]
    public void A_server_of_that_name_that_has_a_URL_is_not_turned_into_this_one(ClientCase client)
    {
        var text = client.File.EndsWith(".toml", StringComparison.Ordinal)
            ? "[mcp_servers.backchannel]\nurl = \"https://other.example/mcp\"\n"
            : $$"""{"{{string.Join("\":{\"", client.Servers)}}":{"backchannel":{"url":"https://other.example/mcp"}{{new string('}', client.Servers.Count + 1)}}""";
        var (setup, path) = Setup(client, nameof(OperatingSystemFamily.Linux), text);

        var refusal = Assert.Throws<ConfigException>(() => setup.Write(_home.Clock));

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

        var refusal = Record.Exception(() => setup.Write(_home.Clock));

        Assert.Equal(isRefused, refusal is ConfigException);
        Assert.Contains("bck_a", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Equal(isRefused, File.ReadAllText(path) == text);
        Assert.DoesNotContain("bck_a", refusal?.Message ?? "", StringComparison.Ordinal);
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
            _home.Write(file, text);
        }

        var entry = new ServerEntry("backchannel", CliHome.Executable, [new("BACKCHANNEL_BASE_URL", "local")], KeyMayBeNeeded: false);
        var places = new ClientPlaces(family, _home.Folder, static _ => null);
        return (new ClientSetup(McpClients.Find(client.Name)!, entry, places), _home.PathOf(file));
    }

    private static IEnumerable<string> Lines(string text) => text.Split('\n').Where(line => line.Trim().Length > 1);
}
