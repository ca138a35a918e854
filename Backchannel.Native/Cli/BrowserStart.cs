using System.ComponentModel;
using System.Diagnostics;

namespace Backchannel.Native.Cli;

/// <summary>Has the user's browser show a file. Only the file's path is in the browser's argument list, which other users can read.</summary>
internal static class BrowserStart
{
    /// <summary>ENOENT, and the error of Windows of the same number.</summary>
    private const int NoSuchFile = 2;

    /// <summary>Starts the first program that does not fail, and stays with it: what it writes is read and dropped, or it would stand still.</summary>
    /// <param name="preferred">
    /// The variable <c>BROWSER</c>, as <c>xdg-open</c> reads it: commands between colons. <c>%s</c> stands for the file.
    /// </param>
    /// <param name="tell">Takes why no program showed the file.</param>
    /// <param name="cancellationToken">Ends it; the browser goes on.</param>
    public static async Task RunAsync(string file, string? preferred, Action<string> tell, CancellationToken cancellationToken)
    {
        List<string> faults = [];
        foreach (var start in Starts(file, preferred))
        {
            if (await FaultAsync(start, cancellationToken) is not { } fault)
            {
                return;
            }

            faults.Add($"'{(start.UseShellExecute ? "the program for pages" : start.FileName)}' {fault}");
        }

        tell(string.Join(", ", faults));
    }

    private static IEnumerable<ProcessStartInfo> Starts(string file, string? preferred)
    {
        if (OperatingSystem.IsWindows())
        {
            return [new ProcessStartInfo(file) { UseShellExecute = true }];
        }

        var commands = (preferred ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return commands.Append(OperatingSystem.IsMacOS() ? "open" : "xdg-open").Select(command => Silent(command, file));
    }

    private static ProcessStartInfo Silent(string command, string file)
    {
        string[] words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] arguments = [.. words.Skip(1).Select(word => word.Replace("%s", file, StringComparison.Ordinal))];
        return new ProcessStartInfo(words[0], command.Contains("%s", StringComparison.Ordinal) ? arguments : [.. arguments, file])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }

    /// <returns>How it failed; null: it has ended well, or runs on when nobody waits any more.</returns>
    private static async Task<string?> FaultAsync(ProcessStartInfo start, CancellationToken cancellationToken)
    {
        try
        {
            using var process = Process.Start(start);
            if (process is null || start.UseShellExecute)
            {
                return null;
            }

            var reading = Task.WhenAll(DropAsync(process.StandardOutput, cancellationToken), DropAsync(process.StandardError, cancellationToken));
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!process.HasExited)
            {
                return null;
            }

            if (process.ExitCode != 0)
            {
                return $"ended with exit code {process.ExitCode}";
            }

            // A browser that it has left behind may still write.
            await reading.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return null;
        }
        catch (Win32Exception fault)
        {
            return fault.NativeErrorCode == NoSuchFile ? "is not there" : "cannot be run";
        }
    }

    private static Task DropAsync(StreamReader text, CancellationToken cancellationToken) => text.BaseStream.CopyToAsync(Stream.Null, cancellationToken);
}
