using System.Diagnostics;

namespace Backchannel.Native.Tests.Support.Programs;

/// <summary>The published executable behind a shell, which changes its descriptors or limits first.</summary>
internal static class ShellCommand
{
    /// <summary>Runs it to its end with an empty input.</summary>
    /// <param name="line">What the shell does; the executable with its arguments is <c>"$@"</c>.</param>
    /// <param name="environment">Added to the test's own.</param>
    public static Task<ProgramRun> RunAsync(string line, IReadOnlyDictionary<string, string?> environment, params IEnumerable<string> arguments) =>
        ProgramRun.RunAsync("/bin/sh", Arguments(line, arguments), environment);

    /// <summary>Starts it; its standard streams are pipes, unless the line redirects them.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public static Process Start(string line, IReadOnlyDictionary<string, string?> environment, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", Arguments(line, arguments))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private static string[] Arguments(string line, IEnumerable<string> arguments) => ["-c", line, "sh", PublishedExecutable.Path, .. arguments];
}
