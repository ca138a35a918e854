namespace Backchannel.Native.Tests.EndToEnd.Commands;

/// <summary><c>config --write</c> where the system decides whether a file can be replaced.</summary>
public sealed class ConfigTests : IDisposable
{
    private const string Servers = "{\"mcpServers\":{}}";

    private readonly TemporaryHome home = new();

    private string FilePath => Path.Combine(home.Path, ".claude.json");

    public void Dispose() => home.Dispose();

    [RootFact("unshare", "mount")]
    public async Task A_single_file_that_is_mounted_is_written_in_place_with_a_backup()
    {
        var mounted = Path.Combine(home.Path, "host.json");
        await File.WriteAllTextAsync(mounted, Servers + new string(' ', 1000));
        await File.WriteAllTextAsync(FilePath, "");

        var run = await ProgramRun.RunAsync(
            "unshare",
            ["--mount", "sh", "-c", "mount --bind \"$1\" \"$2\" && exec \"$3\" config claude-code --local --write", "sh", mounted, FilePath, PublishedExecutable.Path],
            new Dictionary<string, string?> { ["HOME"] = home.Path });

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Contains("BACKCHANNEL_BASE_URL", await File.ReadAllTextAsync(mounted), StringComparison.Ordinal);
        Assert.EndsWith("}", (await File.ReadAllTextAsync(mounted)).TrimEnd(), StringComparison.Ordinal);
        var backup = Assert.Single(Directory.GetFiles(home.Path, "*.bak"));
        Assert.StartsWith(Servers, await File.ReadAllTextAsync(backup), StringComparison.Ordinal);
    }

    [RootFact("setpriv")]
    public async Task A_file_of_somebody_else_that_could_not_stay_theirs_is_refused()
    {
        var program = Path.Combine(home.Path, "backchannel-mcp");
        PublishedExecutable.CopyTo(program);
        await File.WriteAllTextAsync(FilePath, Servers);
        File.SetUnixFileMode(FilePath, (UnixFileMode)0b110_110_110);
        File.SetUnixFileMode(home.Path, (UnixFileMode)0b111_111_111);

        var run = await ProgramRun.RunAsync(
            "setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", program, "config", "claude-code", "--local", "--write"], new Dictionary<string, string?> { ["HOME"] = home.Path });

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("belongs to user 0 and group 0", run.Errors, StringComparison.Ordinal);
        Assert.Equal(Servers, await File.ReadAllTextAsync(FilePath));
        Assert.Equal([FilePath, program], Directory.GetFiles(home.Path).Order(StringComparer.Ordinal));
    }

    [ProgramFact("mkfifo", "timeout")]
    public async Task A_pipe_in_the_files_place_is_refused_at_once()
    {
        var run = await ProgramRun.RunAsync(
            "sh", ["-c", "mkfifo \"$1\" && exec timeout 20 \"$2\" config claude-code --local --write", "sh", FilePath, PublishedExecutable.Path], new Dictionary<string, string?> { ["HOME"] = home.Path });

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("is a pipe", run.Errors, StringComparison.Ordinal);
    }
}
