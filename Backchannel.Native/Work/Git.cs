using System.ComponentModel;
using System.Diagnostics;

namespace Backchannel.Native.Work;

/// <summary>One call of git, which never asks anything.</summary>
/// <param name="Output">What it printed, without the blanks around it.</param>
/// <param name="Errors">What it complained about.</param>
internal sealed record Git(int Code, string Output, string Errors)
{
    public bool IsDone => Code == 0;

    public static async Task<Git> RunAsync(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("git", arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var git = Process.Start(start)!;
            git.StandardInput.Close();
            var output = git.StandardOutput.ReadToEndAsync();
            var errors = await git.StandardError.ReadToEndAsync();
            var said = await output;
            await git.WaitForExitAsync();
            return new(git.ExitCode, said.Trim(), errors.Trim());
        }
        catch (Win32Exception fault)
        {
            return new(1, "", $"git cannot be started: {fault.Message}");
        }
    }
}
