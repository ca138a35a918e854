using System.ComponentModel;
using System.Diagnostics;

namespace Backchannel.Native.Cli;

/// <summary>Has the user's browser show a file. Only the file's path is in the browser's argument list, which other users can read.</summary>
internal static class BrowserStart
{
    /// <param name="preferred">
    /// The variable <c>BROWSER</c>, as <c>xdg-open</c> reads it: commands between colons, of which the first that starts is used. <c>%s</c> stands for the file.
    /// </param>
    /// <returns>False: no program of this kind is on this machine.</returns>
    public static bool TryStart(string file, string? preferred)
    {
        if (OperatingSystem.IsWindows())
        {
            return TryStart(new ProcessStartInfo(file) { UseShellExecute = true });
        }

        var commands = (preferred ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return commands.Append(OperatingSystem.IsMacOS() ? "open" : "xdg-open").Any(command => TryStart(Silent(command, file)));
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

    private static bool TryStart(ProcessStartInfo start)
    {
        try
        {
            using var process = Process.Start(start);
            return true;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
