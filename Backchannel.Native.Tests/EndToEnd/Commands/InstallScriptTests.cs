using System.Diagnostics;
using System.Runtime.InteropServices;
using Backchannel.Native.Tests.Packaging;
using Processor = System.Runtime.InteropServices.Architecture;

namespace Backchannel.Native.Tests.EndToEnd.Commands;

/// <summary>install.sh against the assets of a release, served from a folder.</summary>
public sealed class InstallScriptTests : IDisposable
{
    private static readonly ReleaseInfo Release = new(ProductVersion.Text, "somebody/backchannel-mcp", DateTimeOffset.UnixEpoch.AddYears(50));

    private readonly string folder = Directory.CreateTempSubdirectory("backchannel-install-").FullName;

    public InstallScriptTests()
    {
        var rid = $"{(OperatingSystem.IsMacOS() ? "osx" : "linux")}-{(RuntimeInformation.OSArchitecture == Processor.Arm64 ? "arm64" : "x64")}";
        var published = Directory.CreateDirectory(Path.Combine(folder, "published", rid)).FullName;
        File.WriteAllText(Path.Combine(published, "backchannel-mcp"), "#!/bin/sh\necho from the release\n");
        new AssetBuilder(Release, Path.Combine(folder, "published"), Assets).Build();
    }

    private string Assets => Path.Combine(folder, "assets");

    private string Target => Path.Combine(folder, "bin with blank");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [UnixFact]
    public async Task It_installs_the_file_for_this_machine_and_says_what_is_missing_on_the_path()
    {
        var (exitCode, output, _) = await RunAsync();

        Assert.Equal(0, exitCode);
        Assert.Equal("#!/bin/sh\necho from the release\n", File.ReadAllText(Path.Combine(Target, "backchannel-mcp")));
        Assert.True(!OperatingSystem.IsWindows() && File.GetUnixFileMode(Path.Combine(Target, "backchannel-mcp")).HasFlag(UnixFileMode.OtherExecute));
        Assert.Contains("version from the release", output, StringComparison.Ordinal);
        Assert.Contains($"export PATH=\"{Target}:$PATH\"", output, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_download_with_another_checksum_is_not_installed()
    {
        var archive = Directory.GetFiles(Assets, "*64.tar.gz").Single();
        File.WriteAllBytes(archive, [.. File.ReadAllBytes(archive), 0]);

        var (exitCode, _, errors) = await RunAsync();

        Assert.NotEqual(0, exitCode);
        Assert.Contains("checksum", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Target));
    }

    [UnixFact]
    public async Task A_release_whose_checksums_do_not_name_the_archive_is_not_installed()
    {
        File.WriteAllText(Path.Combine(Assets, "SHA256SUMS"), "");

        var (exitCode, _, errors) = await RunAsync();

        Assert.NotEqual(0, exitCode);
        Assert.Contains("SHA256SUMS does not name", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Target));
    }

    [UnixFact]
    public async Task A_script_that_arrived_by_half_does_nothing()
    {
        var script = Path.Combine(Assets, "install.sh");
        var lines = File.ReadAllLines(script);
        Assert.Equal("main", lines[^1]);
        File.WriteAllLines(script, lines[..^1]);

        var (exitCode, output, _) = await RunAsync();

        Assert.Equal((0, ""), (exitCode, output));
        Assert.False(Directory.Exists(Target));
    }

    [UnixFact]
    public async Task A_program_that_runs_goes_on_while_it_is_replaced()
    {
        Directory.CreateDirectory(Target);
        var installed = Path.Combine(Target, "backchannel-mcp");
        File.Copy("/bin/sh", installed);
        using var running = Process.Start(new ProcessStartInfo(installed, ["-c", "read line; echo $line"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;

        var (exitCode, _, _) = await RunAsync();

        await running.StandardInput.WriteLineAsync("still here");
        Assert.Equal(0, exitCode);
        Assert.Equal("still here", await running.StandardOutput.ReadLineAsync().Within());
        Assert.StartsWith("#!/bin/sh", File.ReadAllText(installed), StringComparison.Ordinal);
    }

    private async Task<(int ExitCode, string Output, string Errors)> RunAsync()
    {
        using var process = Process.Start(new ProcessStartInfo("sh", [Path.Combine(Assets, "install.sh")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["BACKCHANNEL_INSTALL_DIR"] = Target,
                ["BACKCHANNEL_DOWNLOAD_URL"] = new Uri(Assets).AbsoluteUri,
            },
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().Within();
        return (process.ExitCode, await output, await errors);
    }
}
