using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Backchannel.Native.Work;

/// <summary>A command that runs for one task: under a guardian, or on Windows, which has no such process groups, as a plain child.</summary>
internal sealed class GuardedCommand : IDisposable
{
    private readonly Process process;
    private readonly Lock gate = new();
    private bool isEnded;

    private GuardedCommand(Process process) => this.process = process;

    public Stream Output => process.StandardOutput.BaseStream;

    public Stream Error => process.StandardError.BaseStream;

    /// <param name="executable">This program, which is also the guardian.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="environment">What its environment gets beyond that of this process; null for what it must not have.</param>
    /// <exception cref="Win32Exception">It cannot be started.</exception>
    public static async Task<GuardedCommand> StartAsync(
        string executable, IReadOnlyList<string> command, string folder, IReadOnlyDictionary<string, string?> environment, string input)
    {
        var isGuarded = !OperatingSystem.IsWindows();
        var start = isGuarded ? new ProcessStartInfo(executable, [GuardianProtocol.Verb]) : new ProcessStartInfo(command[0], command.Skip(1));
        start.UseShellExecute = false;
        if (OperatingSystem.IsWindows())
        {
            // Ctrl+C for the runner does not end what runs.
            start.CreateNewProcessGroup = true;
        }

        start.WorkingDirectory = folder;
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var started = new GuardedCommand(Process.Start(start)!);
        var bytes = Encoding.UTF8.GetBytes(input);
        await started.WriteAsync(isGuarded ? GuardianProtocol.Write(command, bytes) : bytes, closes: !isGuarded);
        return started;
    }

    /// <returns>The exit code of the command, or 128 and the signal that ended it.</returns>
    public async Task<int> WaitAsync()
    {
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    /// <summary>Asks the command's whole group to end.</summary>
    public void Terminate()
    {
        if (OperatingSystem.IsWindows())
        {
            Kill();
            return;
        }

        lock (gate)
        {
            if (!isEnded)
            {
                Order([GuardianProtocol.Terminate]);
            }
        }
    }

    /// <summary>Ends the whole group at once.</summary>
    public void Kill()
    {
        if (OperatingSystem.IsWindows())
        {
            process.Kill(entireProcessTree: true);
            return;
        }

        lock (gate)
        {
            // The guardian kills the group when its input ends.
            isEnded = true;
            process.StandardInput.BaseStream.Dispose();
        }
    }

    public void Dispose() => process.Dispose();

    private async Task WriteAsync(byte[] bytes, bool closes)
    {
        try
        {
            var stream = process.StandardInput.BaseStream;
            await stream.WriteAsync(bytes);
            await stream.FlushAsync();
            if (closes)
            {
                await stream.DisposeAsync();
            }
        }
        catch (IOException)
        {
            // It does not read, or has ended.
        }
    }

    private void Order(ReadOnlySpan<byte> order)
    {
        try
        {
            process.StandardInput.BaseStream.Write(order);
            process.StandardInput.BaseStream.Flush();
        }
        catch (IOException)
        {
            // It has ended.
        }
    }
}
