using System.Diagnostics;

namespace Backchannel.Native.Tests.Support.Programs;

/// <summary>One run of another program, to its end, with an empty input.</summary>
/// <param name="Output">Everything on standard output.</param>
/// <param name="Errors">Everything on standard error.</param>
internal sealed record ProgramRun(int ExitCode, string Output, string Errors)
{
    /// <param name="program">Its name or path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Added to the test's own; null takes a variable away.</param>
    /// <param name="folder">The working folder.</param>
    /// <param name="limit">How long it may take; null: <see cref="Deadline.Time"/>.</param>
    public static async Task<ProgramRun> RunAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, string? folder = null, TimeSpan? limit = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var deadline = Deadline.Token(limit);
        try
        {
            // Also at the deadline: a process that the program started may still hold its output open.
            var output = process.StandardOutput.ReadToEndAsync(deadline);
            var errors = process.StandardError.ReadToEndAsync(deadline);
            await process.WaitForExitAsync(deadline);
            return new(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"After {(limit ?? Deadline.Time).TotalSeconds:0} s the test still waits for the end of {program} {string.Join(' ', arguments)}");
        }
    }
}
