using System.Diagnostics;

namespace Backchannel.Native.Tests.EndToEnd.Page;

/// <summary>Debian's Chromium, driven by the scenarios beside this file. The test script installs both it and the libraries.</summary>
internal static class Browser
{
    private const string Chromium = "/usr/bin/chromium";

    /// <summary>Where the test script installs the libraries.</summary>
    public static string Libraries => RepositoryRoot.Combine(".artifacts", "browser");

    /// <summary>Why there is none; null: there is one.</summary>
    public static string? Obstacle =>
        !File.Exists(Chromium) ? $"not run: there is no {Chromium}; build.sh test installs it on Debian"
        : !Directory.Exists(Path.Combine(Libraries, "node_modules")) ? "not run: the libraries that drive a browser are not installed; build.sh test does it"
        : ProgramOnPath.Obstacle("node");

    /// <param name="script">A file of the folder <c>browser</c>, without its ending.</param>
    /// <param name="arguments">For the script.</param>
    /// <returns>What the script printed.</returns>
    public static async Task<(int ExitCode, string Text)> RunAsync(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo("node", [RepositoryRoot.Combine("Backchannel.Native.Tests", "EndToEnd", "Page", "browser", $"{script}.mjs"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["BACKCHANNEL_TEST_EXECUTABLE"] = PublishedExecutable.Path;
        start.Environment["BACKCHANNEL_TEST_BROWSER"] = Libraries;
        using var process = Process.Start(start)!;
        try
        {
            var texts = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync().Within(limit: TimeSpan.FromMinutes(2));
            return (process.ExitCode, string.Concat(await texts.Within()));
        }
        finally
        {
            // After the deadline its browser and its bus go with it.
            process.Kill(entireProcessTree: true);
        }
    }
}
