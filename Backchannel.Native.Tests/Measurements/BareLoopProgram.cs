using System.Diagnostics;

namespace Backchannel.Native.Tests.Measurements;

/// <summary>The program in <c>BareLoop</c>: how fast a native .NET program can start at all.</summary>
internal static class BareLoopProgram
{
    /// <summary>Compiles it.</summary>
    /// <returns>The path of the executable.</returns>
    public static string Publish()
    {
        var output = RepositoryRoot.Combine(".artifacts", "bench");
        using var process = Process.Start(
            "dotnet",
            ["publish", RepositoryRoot.Combine("Backchannel.Native.Tests", "Measurements", "BareLoop"), "-c", "Release", "-o", output, "--nologo", "-v", "quiet"]);
        process.WaitForExit();
        return process.ExitCode == 0
            ? Path.Combine(output, OperatingSystem.IsWindows() ? "bare-loop.exe" : "bare-loop")
            : throw new InvalidOperationException($"the bare loop could not be published (exit code {process.ExitCode}); dotnet says above why");
    }
}
