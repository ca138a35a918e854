using System.Text.RegularExpressions;
using Backchannel.Native.Tests.Packaging;
using Backchannel.Native.Tests.Support.Servers;

namespace Backchannel.Native.Tests.EndToEnd.Commands;

/// <summary>install.ps1 against the assets of a release, served over HTTP. On Windows it installs the published file, elsewhere a script in its place.</summary>
public sealed class PowerShellInstallScriptTests : IAsyncLifetime
{
    private const string Shell = "pwsh";
    private const string Program = "backchannel-mcp.exe";

    private static readonly ReleaseInfo Release = new(ProductVersion.Text, "somebody/backchannel-mcp", DateTimeOffset.UnixEpoch.AddYears(50));

    private readonly string folder = Directory.CreateTempSubdirectory("backchannel-install-").FullName;
    private FolderServer? server;

    private string Assets => Path.Combine(folder, "assets");

    private string Target => Path.Combine(folder, "bin with blank");

    private string Installed => Path.Combine(Target, Program);

    private string Archive => Path.Combine(Assets, Release.ArchiveName("win-x64"));

    public async Task InitializeAsync()
    {
        BuildRelease("from the release");
        server = await FolderServer.StartAsync(Assets);
    }

    public async Task DisposeAsync()
    {
        await server!.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [ProgramFact(Shell)]
    public async Task It_installs_the_program_and_its_library_and_says_which_version()
    {
        var run = await InstallAsync();

        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Equal([Program, "e_sqlite3.dll"], Names());
        Assert.Contains($"Installed {Installed}, version {(OperatingSystem.IsWindows() ? ProductVersion.Text : "from the release")}", run.Output, StringComparison.Ordinal);
    }

    [ProgramFact(Shell)]
    public async Task The_documented_line_works_and_leaves_the_settings_of_the_callers_session_alone()
    {
        var run = await PowerShellAsync(
            "-Command", $"Invoke-RestMethod {server!.Address}/install.ps1 | Invoke-Expression; \"$ErrorActionPreference $ProgressPreference '$version'\"");

        Assert.Equal(0, run.ExitCode);
        Assert.EndsWith("Continue Continue ''", run.Output.TrimEnd(), StringComparison.Ordinal);
        Assert.True(File.Exists(Installed));
    }

    [ProgramFact(Shell)]
    public async Task An_upgrade_replaces_the_program_even_while_it_is_open_and_clears_away_what_it_replaced()
    {
        await InstallAsync();
        BuildRelease("from the next release");

        using (File.OpenRead(Installed))
        {
            Assert.Equal(0, (await InstallAsync()).ExitCode);
        }

        Assert.Equal(0, (await InstallAsync()).ExitCode);
        Assert.Equal([Program, "e_sqlite3.dll"], Names());
        if (!OperatingSystem.IsWindows())
        {
            Assert.Contains("from the next release", File.ReadAllText(Installed), StringComparison.Ordinal);
        }
    }

    [ProgramFact(Shell)]
    public async Task What_an_earlier_upgrade_had_to_leave_is_removed_and_foreign_files_are_not()
    {
        Directory.CreateDirectory(Target);
        File.WriteAllText(Path.Combine(Target, "backchannel-mcp.exe.0123.old"), "");
        File.WriteAllText(Path.Combine(Target, "notes.old"), "mine");

        await InstallAsync();

        Assert.Equal([Program, "e_sqlite3.dll", "notes.old"], Names());
    }

    [ProgramFact(Shell)]
    public async Task A_script_that_arrived_by_half_does_nothing()
    {
        var script = Path.Combine(Assets, "install.ps1");
        File.WriteAllLines(script, File.ReadAllLines(script)[..^1]);

        var run = await InstallAsync();

        Assert.Equal(1, run.ExitCode);
        Assert.False(Directory.Exists(Target));
    }

    [ProgramFact(Shell)]
    public async Task A_download_with_another_checksum_is_not_installed()
    {
        File.WriteAllBytes(Archive, [.. File.ReadAllBytes(Archive), 0]);

        var run = await InstallAsync();

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("nothingwasinstalled", Unwrapped(run.Errors), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Target));
    }

    [ProgramFact(Shell)]
    public async Task A_release_whose_checksums_do_not_name_the_archive_is_not_installed()
    {
        var checksums = Path.Combine(Assets, "SHA256SUMS");
        File.WriteAllLines(checksums, File.ReadAllLines(checksums).Where(line => !line.EndsWith(".zip", StringComparison.Ordinal)));

        var run = await InstallAsync();

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("SHA256SUMSdoesnotname", Unwrapped(run.Errors), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Target));
    }

    [ProgramFact(Shell)]
    public async Task A_release_without_a_file_for_this_processor_is_said_by_its_address()
    {
        File.Delete(Archive);

        var run = await InstallAsync();

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"{server!.Address}/{Path.GetFileName(Archive)}", Unwrapped(run.Errors), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Target));
    }

    [ProgramFact(Shell)]
    public async Task On_a_system_without_the_variables_of_Windows_it_names_the_other_script()
    {
        var run = await PowerShellAsync(["-File", Path.Combine(Assets, "install.ps1")], processor: null);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("useinstall.sh", Unwrapped(run.Errors), StringComparison.Ordinal);
    }

    private Task<ProgramRun> InstallAsync() => PowerShellAsync("-File", Path.Combine(Assets, "install.ps1"));

    private Task<ProgramRun> PowerShellAsync(params string[] arguments) => PowerShellAsync(arguments, "AMD64");

    private Task<ProgramRun> PowerShellAsync(string[] arguments, string? processor) => ProgramRun.RunAsync(
        ProgramOnPath.Find(Shell)!,
        ["-NoProfile", "-NonInteractive", .. arguments],
        new Dictionary<string, string?>
        {
            ["BACKCHANNEL_INSTALL_DIR"] = Target,
            ["BACKCHANNEL_DOWNLOAD_URL"] = server!.Address,
            ["BACKCHANNEL_KEEP_PATH"] = "1",
            ["PROCESSOR_ARCHITECTURE"] = processor,
            ["PROCESSOR_ARCHITEW6432"] = null,
            ["NO_COLOR"] = "1",
        });

    // PowerShell breaks a message into lines of its own, each behind a bar.
    private static string Unwrapped(string errors) => Regex.Replace(errors, @"[\s|]", "");

    private string[] Names() => [.. Directory.GetFiles(Target).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private void BuildRelease(string answer)
    {
        var published = Directory.CreateDirectory(Path.Combine(folder, "published", "win-x64")).FullName;
        if (OperatingSystem.IsWindows())
        {
            File.Copy(PublishedExecutable.Path, Path.Combine(published, Program), overwrite: true);
        }
        else
        {
            File.WriteAllText(Path.Combine(published, Program), $"#!/bin/sh\necho {answer}\n");
        }

        File.WriteAllText(Path.Combine(published, "e_sqlite3.dll"), answer);
        new AssetBuilder(Release, Path.Combine(folder, "published"), Assets).Build();
    }
}
