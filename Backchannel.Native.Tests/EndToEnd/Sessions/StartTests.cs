using System.Text.RegularExpressions;

namespace Backchannel.Native.Tests.EndToEnd.Sessions;

/// <summary>What a session does between its start and its first answers.</summary>
public sealed partial class StartTests(NativeHome home) : IClassFixture<NativeHome>
{
    private static readonly string[] PartsOfTheCLibrary = ["libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1"];

    [LinuxFact]
    public async Task A_session_that_only_shows_its_tools_looks_for_no_library_but_the_C_library()
    {
        string[] requests =
        [
            McpSession.Request(1, "initialize", McpSession.InitializeParams("2025-11-25")),
            McpSession.Request(2, "tools/list"),
        ];
        var environment = new Dictionary<string, string?> { ["HOME"] = home.Path, ["BACKCHANNEL_BASE_URL"] = "local" };

        // The loader says on standard error what it looks for.
        var run = await ShellCommand.RunAsync($"printf '%s\\n' {string.Join(' ', requests.Select(request => $"'{request}'"))} | env LD_DEBUG=libs \"$@\"", environment);

        Assert.Equal(requests.Length, run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Empty(Library().Matches(run.Errors).Select(match => match.Groups[1].Value).Except(PartsOfTheCLibrary));
    }

    [GeneratedRegex(@"find library=(\S+)")]
    private static partial Regex Library();
}
