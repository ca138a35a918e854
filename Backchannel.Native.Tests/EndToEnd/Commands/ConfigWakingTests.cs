using System.Text.Json;

namespace Backchannel.Native.Tests.EndToEnd.Commands;

/// <summary><c>config --wake</c> and <c>--unwake</c> of the published file.</summary>
public sealed class ConfigWakingTests : IDisposable
{
    private readonly TemporaryHome home = new();

    public static TheoryData<string> Clients => ["claude-code", "codex", "gemini-cli", "opencode", "qwen-code", "copilot-cli"];

    private string Settings => Path.Combine(home.Path, ".claude", "settings.json");

    public void Dispose() => home.Dispose();

    [UnixTheory]
    [MemberData(nameof(Clients))]
    public async Task A_client_is_woken_and_not_woken_again_and_its_files_are_as_they_were(string client)
    {
        await ConfigAsync(client, "--local", "--write");
        var before = Files();

        var woken = await ConfigAsync(client, "--local", "--write", "--wake", "reviews", "docs");
        var between = Files();
        var ended = await ConfigAsync(client, "--unwake", "--write");

        Assert.True(woken.ExitCode == 0, woken.Errors);
        Assert.True(ended.ExitCode == 0, ended.Errors);
        Assert.Contains("reviews,docs", string.Concat(between.Values), StringComparison.Ordinal);
        Assert.Equal(before, Files());
    }

    [UnixFact]
    public async Task Files_that_wake_are_for_their_owner_alone_and_lie_where_links_lead()
    {
        var real = Directory.CreateDirectory(Path.Combine(home.Path, "dotfiles")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(home.Path, ".claude"), real);

        var run = await ConfigAsync("claude-code", "--local", "--write", "--wake", "reviews");

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Equal(real, new DirectoryInfo(Path.Combine(home.Path, ".claude")).LinkTarget);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(real, "settings.json")));
    }

    [UnixFact]
    public async Task The_line_of_a_hook_starts_the_file_that_wrote_it_wherever_it_lies()
    {
        var program = Path.Combine(Directory.CreateDirectory(Path.Combine(home.Path, "It's \"here\"; $HOME")).FullName, "backchannel-mcp");
        PublishedExecutable.CopyTo(program);

        await ProgramRun.RunAsync(program, ["config", "claude-code", "--local", "--write", "--wake", "reviews"], new Dictionary<string, string?> { ["HOME"] = home.Path });

        var hook = JsonElement.Parse(await File.ReadAllTextAsync(Settings)).GetProperty("hooks").GetProperty("Stop")[0].GetProperty("hooks")[0];
        var version = await ProgramRun.RunAsync("sh", ["-c", hook.GetProperty("command").GetString()!.Replace(" hook claude-code", " --version", StringComparison.Ordinal)]);
        Assert.Equal(ProductVersion.Text, version.Output.Trim());
    }

    [UnixTheory]
    [InlineData("claude-code", ".claude/settings.json", "command")]
    [InlineData("codex", ".codex/hooks.json", "command")]
    [InlineData("gemini-cli", ".gemini/settings.json", "command")]
    [InlineData("qwen-code", ".qwen/settings.json", "command")]
    [InlineData("copilot-cli", ".copilot/hooks/backchannel.json", "bash")]
    public async Task Every_hook_ends_at_once_and_says_nothing_where_no_session_is_open(string client, string file, string member)
    {
        await ConfigAsync(client, "--local", "--write", "--wake", "reviews");

        var hooks = JsonElement.Parse(await File.ReadAllTextAsync(Path.Combine(home.Path, file))).GetProperty("hooks").EnumerateObject()
            .SelectMany(static list => list.Value.EnumerateArray())
            .Select(element => member == "bash" ? element : element.GetProperty("hooks")[0])
            .ToList();
        Assert.NotEmpty(hooks);
        foreach (var hook in hooks)
        {
            var run = await ProgramRun.RunAsync("sh", ["-c", hook.GetProperty(member).GetString()!], new Dictionary<string, string?> { ["HOME"] = home.Path });

            Assert.Equal((0, "", ""), (run.ExitCode, run.Output, run.Errors));
        }
    }

    [RootFact("setpriv")]
    public async Task A_hooks_file_of_somebody_else_that_could_not_stay_theirs_is_refused_by_both()
    {
        var program = Path.Combine(home.Path, "backchannel-mcp");
        PublishedExecutable.CopyTo(program);
        Directory.CreateDirectory(Path.GetDirectoryName(Settings)!);
        const string Hook = """{"hooks":{"Stop":[{"hooks":[{"command":"/x/backchannel-mcp hook claude-code"}]}]},"mine":1}""";
        await File.WriteAllTextAsync(Settings, Hook);
        File.SetUnixFileMode(Settings, (UnixFileMode)0b110_110_110);
        File.SetUnixFileMode(home.Path, (UnixFileMode)0b111_111_111);
        File.SetUnixFileMode(Path.GetDirectoryName(Settings)!, (UnixFileMode)0b111_111_111);

        foreach (var arguments in (string[][])[["--local", "--wake", "reviews"], ["--unwake"]])
        {
            var run = await ProgramRun.RunAsync(
                "setpriv",
                ["--reuid=65534", "--regid=65534", "--clear-groups", program, "config", "claude-code", "--write", .. arguments],
                new Dictionary<string, string?> { ["HOME"] = home.Path });

            Assert.Equal(1, run.ExitCode);
            Assert.Contains("belongs to user 0 and group 0", run.Errors, StringComparison.Ordinal);
            Assert.Equal(Hook, await File.ReadAllTextAsync(Settings));
        }
    }

    [ProgramFact("mkfifo", "timeout")]
    public async Task A_pipe_in_the_plugins_place_is_refused_at_once()
    {
        var folder = Directory.CreateDirectory(Path.Combine(home.Path, ".config", "opencode", "plugins")).FullName;
        foreach (var arguments in (string[])["--local --wake reviews", "--unwake"])
        {
            var run = await ProgramRun.RunAsync(
                "sh",
                ["-c", $"[ -p \"$1\" ] || mkfifo \"$1\" && exec timeout 20 \"$2\" config opencode --write {arguments}", "sh", Path.Combine(folder, "backchannel.js"), PublishedExecutable.Path],
                new Dictionary<string, string?> { ["HOME"] = home.Path });

            Assert.Equal(1, run.ExitCode);
            Assert.Contains("is a pipe", run.Errors, StringComparison.Ordinal);
        }
    }

    private Dictionary<string, string> Files() => Directory.GetFiles(home.Path, "*", SearchOption.AllDirectories)
        .Where(static file => !file.EndsWith(".bak", StringComparison.Ordinal))
        .ToDictionary(static file => file, File.ReadAllText);

    private Task<ProgramRun> ConfigAsync(params string[] arguments) =>
        ProgramRun.RunAsync(PublishedExecutable.Path, ["config", .. arguments], new Dictionary<string, string?> { ["HOME"] = home.Path });
}
