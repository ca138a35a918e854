using Backchannel.Native.Client;
using Backchannel.Native.Text;
using System.Diagnostics;

namespace Backchannel.Native.Wake;

/// <summary><c>codex queue</c>: an open session of Codex looks every ten seconds whether something was queued for it.</summary>
/// <param name="program">Full path of <c>codex</c>.</param>
/// <param name="thread">The conversation.</param>
/// <param name="home">Where Codex keeps what it stores; null: the usual place.</param>
internal sealed class CodexQueue(string program, string thread, string? home, TimeProvider time) : IWakeWay
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private const int LongestReason = 300;

    public string Name => "codex queue";

    public bool MayBeLate => true;

    /// <summary>Whether an id can be handed to a command: it cannot be taken for an option.</summary>
    public static bool IsThread(string? id) =>
        id is { Length: > 0 and <= 100 } && id[0] != '-' && id.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    public async Task<WakeFault?> SendAsync(string text, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, ["queue", "--thread", thread, "--message", text])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var name in SettingNames.Secrets)
        {
            start.Environment.Remove(name);
        }

        if (home is not null)
        {
            start.Environment["CODEX_HOME"] = home;
        }

        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            try
            {
                var output = QueueOutput.ReadAsync(process.StandardOutput.BaseStream, either.Token);
                var error = QueueOutput.ReadAsync(process.StandardError.BaseStream, either.Token);
                await process.WaitForExitAsync(either.Token);
                if (process.ExitCode == 0)
                {
                    return null;
                }

                // A child that it left behind may keep these open.
                await Task.WhenAll(output, error).WaitAsync(either.Token);
                var said = (await error).Trim();
                return new($"it ended with {process.ExitCode}: {WholeCharacters.Start(said, LongestReason)}", MayHaveArrived: true);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                cancellationToken.ThrowIfCancellationRequested();

                // Most likely it was stored: otherwise it would have said why not.
                return null;
            }
        }
        catch (Exception fault) when (fault is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            return new(fault.Message, MayHaveArrived: false);
        }
    }
}
