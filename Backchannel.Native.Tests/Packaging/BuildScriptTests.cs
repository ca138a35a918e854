using System.Text.RegularExpressions;

namespace Backchannel.Native.Tests.Packaging;

/// <summary>build.sh and its twin build.ps1, with a program in the place of <c>dotnet</c> that records how it was called.</summary>
public sealed class BuildScriptTests : IDisposable
{
    private const string Shell = "pwsh";
    private const string Unix = "/bin/sh";

    private readonly string folder = Directory.CreateTempSubdirectory("backchannel build-").FullName;

    public BuildScriptTests()
    {
        foreach (var script in new[] { "build.sh", "build.ps1" })
        {
            File.Copy(RepositoryRoot.Combine(script), Path.Combine(folder, script));
        }

        var release = Path.Combine("Backchannel.Native", "Packaging", "release.sh");
        Directory.CreateDirectory(Path.Combine(folder, Path.GetDirectoryName(release)!));
        File.Copy(RepositoryRoot.Combine(release), Path.Combine(folder, release));

        foreach (var system in new[] { "linux", "osx" })
        {
            foreach (var processor in new[] { "x64", "arm64" })
            {
                Directory.CreateDirectory(Path.Combine(folder, ".artifacts", "publish", $"{system}-{processor}"));
            }
        }

        // A PowerShell that was installed as a .NET tool starts by `dotnet …/pwsh.dll`.
        AddProgram("dotnet", $$"""
            case "$1" in *.dll | exec) exec '{{ProgramOnPath.Find("dotnet")}}' "$@" ;; esac
            { printf '<%s>' "$@"; printf ' soak=%s update=%s engine=%s file=%s\n' "$BACKCHANNEL_TEST_SOAK" "$UPDATE_SNAPSHOTS" "$BACKCHANNEL_TEST_ENGINE" "$BACKCHANNEL_TEST_EXECUTABLE"; } >> '{{Calls}}'
            exit "${DOTNET_EXIT:-0}"
            """);
        // What build.sh does not find, it would install.
        foreach (var program in new[] { "clang", "initdb", "haproxy", "chromium", "node", "npm" })
        {
            AddProgram(program, "exit 0");
        }

        foreach (var file in new[] { "package.json", "package-lock.json" })
        {
            var path = Path.Combine("Backchannel.Native.Tests", "EndToEnd", "Page", "browser", file);
            Directory.CreateDirectory(Path.Combine(folder, Path.GetDirectoryName(path)!));
            File.Copy(RepositoryRoot.Combine(path), Path.Combine(folder, path));
        }
    }

    private string Calls => Path.Combine(folder, "calls");

    private string Programs => Path.Combine(folder, "programs");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Both_have_the_same_verbs_but_the_two_that_need_tools_of_Linux()
    {
        Assert.Equal(["lines", "order", "reproduce"], Verbs("build.sh").Except(Verbs("build.ps1")).Order(StringComparer.Ordinal));
        Assert.Empty(Verbs("build.ps1").Except(Verbs("build.sh")));
    }

    [Fact]
    public void Both_describe_a_verb_in_the_same_words_unless_it_does_less()
    {
        // Static files are made and tested on Linux alone.
        string[] less = ["publish", "test-release", "test", "bench"];
        var sh = Descriptions("build.sh");

        Assert.All(Descriptions("build.ps1").Where(verb => !less.Contains(verb.Key)), verb => Assert.Equal(sh[verb.Key], verb.Value));
    }

    [ProgramTheory(Shell, Unix)]
    [InlineData("build", "-v", "minimal")]
    [InlineData("publish")]
    [InlineData("test", "--filter", "FullyQualifiedName~A|FullyQualifiedName~B C")]
    [InlineData("soak", "-v", "quiet")]
    [InlineData("snapshots")]
    [InlineData("assets")]
    [InlineData("bench-bus", "an argument with blanks")]
    public async Task A_verb_calls_dotnet_in_the_same_way_from_both(params string[] arguments)
    {
        var unix = await CallsOf("build.sh", arguments);
        var powerShell = await CallsOf("build.ps1", arguments);

        Assert.NotEmpty(unix);
        Assert.Equal(unix, powerShell);
    }

    [ProgramTheory(Shell, Unix)]
    [InlineData("build.sh")]
    [InlineData("build.ps1")]
    public async Task A_whole_test_run_runs_the_tests_of_the_native_file_last_and_ends_with_the_times(string script)
    {
        // Every package counts as installed, so that build.sh installs none.
        AddProgram("dpkg-query", "echo ok installed");
        Directory.CreateDirectory(Path.Combine(folder, ".artifacts", "release"));

        var calls = await CallsOf(script, ["test"]);

        Assert.StartsWith("<build><Backchannel.Native.Tests>", calls[0], StringComparison.Ordinal);
        Assert.Contains(calls, call => call.Contains("<--filter><FullyQualifiedName!~.EndToEnd.&", StringComparison.Ordinal));
        Assert.Contains(calls, call => call.StartsWith("<publish><Backchannel.Native>", StringComparison.Ordinal));
        Assert.Contains("<--filter><FullyQualifiedName~.EndToEnd.|", calls[^2], StringComparison.Ordinal);
        Assert.Contains("<--><times><.artifacts/tests>", calls[^1], StringComparison.Ordinal);
        var steps = File.ReadLines(Path.Combine(folder, ".artifacts", "tests", "times")).Select(line => line.Split('=')[0]);
        Assert.Superset(new HashSet<string> { "build", "unit tests", "end-to-end tests" }, steps.ToHashSet());
        // Where it has PostgreSQL, build.sh also runs the tests of both engines with it.
        Assert.Equal(
            script == "build.sh" ? 1 : 0,
            calls.Count(call => call.Contains("<--filter><engine=both>", StringComparison.Ordinal) && call.Contains(" engine=postgres ", StringComparison.Ordinal)));
    }

    [ProgramFact(Shell, Unix)]
    public async Task PowerShell_passes_on_options_that_it_would_take_for_its_own()
    {
        var script = Path.Combine(folder, "build.ps1");

        await ProgramRun.RunAsync(ProgramOnPath.Find(Shell)!, ["-NoProfile", "-Command", $"& '{script}' build -p:Some=1 -v quiet -c Debug"], Surroundings());

        Assert.Contains("<-p:Some=1><-v><quiet><-c><Debug>", File.ReadAllText(Calls), StringComparison.Ordinal);
    }

    [ProgramFact(Shell, Unix)]
    public async Task PowerShell_packs_the_pointer_and_the_one_for_any_system_before_those_of_the_RIDs()
    {
        var rid = OperatingSystem.IsMacOS() ? "osx-arm64" : "linux-x64";

        var run = await RunAsync("build.ps1", "pack", rid);

        // On Linux it refuses before anything is packed: the package would not hold the static file.
        Assert.Equal(OperatingSystem.IsMacOS() ? 0 : 3, run.ExitCode);
        var packed = File.Exists(Calls) ? File.ReadAllLines(Calls) : [];
        Assert.Equal(OperatingSystem.IsMacOS() ? 3 : 0, packed.Length);
        Assert.All(packed, line => Assert.Contains("<-p:PackTool=true>", line, StringComparison.Ordinal));
    }

    [ProgramFact(Shell, Unix)]
    public async Task PowerShell_leaves_folder_and_variables_of_the_session_as_they_were()
    {
        var script = Path.Combine(folder, "build.ps1");
        var session = $"Set-Location /; & '{script}' snapshots; & '{script}' soak; & '{script}' assets;" +
            " \"$(Get-Location) [$env:UPDATE_SNAPSHOTS$env:BACKCHANNEL_TEST_SOAK$env:SOURCE_DATE_EPOCH$env:BACKCHANNEL_TEST_EXECUTABLE]\"";

        var run = await ProgramRun.RunAsync(ProgramOnPath.Find(Shell)!, ["-NoProfile", "-Command", session], Surroundings());

        Assert.EndsWith("/ []", run.Output.TrimEnd(), StringComparison.Ordinal);
    }

    [ProgramTheory(Shell, Unix)]
    [InlineData("build.sh")]
    [InlineData("build.ps1")]
    public async Task What_dotnet_ends_with_is_what_the_script_ends_with(string script)
    {
        var run = await RunAsync(script, ["test"], dotnetExitCode: "7");

        Assert.Equal(7, run.ExitCode);
        Assert.Single(File.ReadAllLines(Calls));
    }

    [ProgramTheory(Shell, Unix)]
    [InlineData("build.sh")]
    [InlineData("build.ps1")]
    public async Task A_verb_that_does_not_exist_ends_with_2_and_the_usage(string script)
    {
        var run = await RunAsync(script, "publisch");

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith($"{script}: there is no verb 'publisch'", run.Errors, StringComparison.Ordinal);
        Assert.Contains("Usage: ", run.Errors, StringComparison.Ordinal);
    }

    [ProgramTheory(Shell, Unix)]
    [InlineData("build.sh", "win-x64", "linked on Windows: run build.ps1 there")]
    [InlineData("build.ps1", "win-x64", "linked on Windows: run build.ps1 there")]
    [InlineData("build.sh", "linux-x86", "there is no such RID here; known: linux-x64")]
    [InlineData("build.ps1", "linux-x86", "there is no such RID here; known: linux-x64")]
    public async Task A_RID_that_this_machine_cannot_make_ends_with_3_and_says_where_it_can_be_made(string script, string rid, string reason)
    {
        var run = await RunAsync(script, "publish", rid);

        Assert.Equal(3, run.ExitCode);
        Assert.Contains($"{script}: {rid} cannot be made on this machine", run.Errors, StringComparison.Ordinal);
        Assert.Contains(reason, run.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(Calls));
    }

    /// <summary>The verbs of the usage text; each has its branch in the script.</summary>
    internal static IReadOnlySet<string> Verbs(string script) => Descriptions(script).Keys.ToHashSet();

    private static Dictionary<string, string> Descriptions(string script)
    {
        var text = File.ReadAllText(RepositoryRoot.Combine(script));
        var usage = text[text.IndexOf("Usage: ", StringComparison.Ordinal)..];
        return Regex.Matches(usage[..usage.IndexOf("\n}", StringComparison.Ordinal)], @"^  ([a-z]\S*)( \[?[A-Z.]+\]?)*\s+(\S.*)$", RegexOptions.Multiline)
            .GroupBy(match => match.Groups[1].Value)
            .ToDictionary(verb => verb.Key, verb => string.Join(" / ", verb.Select(match => match.Groups[3].Value)));
    }

    private async Task<string[]> CallsOf(string script, string[] arguments)
    {
        File.Delete(Calls);
        var run = await RunAsync(script, arguments);
        Assert.Equal((0, ""), (run.ExitCode, script.EndsWith("ps1", StringComparison.Ordinal) ? run.Errors : ""));
        return File.ReadAllLines(Calls);
    }

    private Task<ProgramRun> RunAsync(string script, params string[] arguments) => RunAsync(script, arguments, dotnetExitCode: null);

    // From another folder: both go to their own.
    private Task<ProgramRun> RunAsync(string script, string[] arguments, string? dotnetExitCode)
    {
        var path = Path.Combine(folder, script);
        return script.EndsWith(".ps1", StringComparison.Ordinal)
            ? ProgramRun.RunAsync(ProgramOnPath.Find(Shell)!, ["-NoProfile", "-NonInteractive", "-File", path, .. arguments], Surroundings(dotnetExitCode), "/")
            : ProgramRun.RunAsync("bash", [path, .. arguments], Surroundings(dotnetExitCode), "/");
    }

    private Dictionary<string, string?> Surroundings(string? dotnetExitCode = null) => new()
    {
        ["PATH"] = $"{Programs}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}",
        ["DOTNET_EXIT"] = dotnetExitCode,
        ["BACKCHANNEL_TEST_EXECUTABLE"] = null,
        ["BACKCHANNEL_TEST_SOAK"] = null,
        ["SOURCE_DATE_EPOCH"] = null,
        ["UPDATE_SNAPSHOTS"] = null,
    };

    private void AddProgram(string name, string script)
    {
        Directory.CreateDirectory(Programs);
        var path = Path.Combine(Programs, name);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        }
    }
}
