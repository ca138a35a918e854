using System.Diagnostics;

namespace Backchannel.Native.Tests.Support.Programs;

/// <summary>One command of the published executable, run to its end in an environment of the test's choice.</summary>
/// <param name="Output">Everything on standard output.</param>
/// <param name="Errors">Everything on standard error.</param>
internal sealed record NativeCommand(int ExitCode, string Output, string Errors)
{
    /// <param name="environment">All that the process gets beside PATH.</param>
    public static async Task<NativeCommand> RunAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(PublishedExecutable.Path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH");
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        var command = $"the end of backchannel-mcp {string.Join(' ', arguments)}";
        await process.WaitForExitAsync().Within(what: command);
        // A process that the command started may still hold its output open.
        await Task.WhenAll(output, errors).Within(what: $"{command}: it has ended, but its output has not");
        return new(process.ExitCode, await output, await errors);
    }
}
