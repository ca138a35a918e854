using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Backchannel.Native.Files;

namespace Backchannel.Native.Work;

/// <summary>A command that runs for one task: under a guardian, or on Windows, which has no such process groups, as a plain child.</summary>
internal sealed class GuardedCommand : IDisposable
{
    private const string OwnProgram = "/proc/self/exe";

    /// <summary>By this variable, another value in each run, a process is known that has left the session of its guardian.</summary>
    private const string MarkName = "BACKCHANNEL_RUN";

    /// <summary>After it, a guardian that does nothing is taken for a stopped one.</summary>
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(2);

    private readonly Process process;
    private readonly GuardianStatus? status;
    private readonly string mark;

    private GuardedCommand(Process process, GuardianStatus? status, string mark) => (this.process, this.status, this.mark) = (process, status, mark);

    public Stream Output => process.StandardOutput.BaseStream;

    public Stream Error => process.StandardError.BaseStream;

    /// <param name="executable">This program, which is also the guardian.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="environment">What its environment gets beyond that of this process; null for what it must not have.</param>
    /// <param name="statusPath">Where nothing is, for the guardian's status.</param>
    /// <exception cref="Win32Exception">It cannot be started.</exception>
    /// <exception cref="IOException">The disk is full.</exception>
    public static async Task<GuardedCommand> StartAsync(
        string executable, IReadOnlyList<string> command, string folder, IReadOnlyDictionary<string, string?> environment, string input, string statusPath)
    {
        var isGuarded = !OperatingSystem.IsWindows();
        var start = isGuarded ? new ProcessStartInfo(Running(executable), [GuardianProtocol.Verb]) : new ProcessStartInfo(command[0], command.Skip(1));
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

        var run = Guid.NewGuid().ToString();
        start.Environment[MarkName] = run;
        var status = isGuarded ? GuardianStatus.Create(statusPath) : null;
        try
        {
            var started = new GuardedCommand(Process.Start(start)!, status, $"{MarkName}={run}");
            var bytes = Encoding.UTF8.GetBytes(input);
            await started.WriteAsync(isGuarded ? GuardianProtocol.Write(new(command, statusPath, bytes)) : bytes, closes: !isGuarded);
            return started;
        }
        catch
        {
            status?.Dispose();
            throw;
        }
    }

    /// <summary>Waits until the command has ended, with all that it started.</summary>
    public async Task<CommandEnd> WaitAsync(TimeProvider time)
    {
        var exit = process.WaitForExitAsync();
        while (!await HasEndedAsync(exit, StopTime, time))
        {
            // The command may have stopped its guardian, and would then never be said to have ended.
            Continue();
        }

        if (status is null)
        {
            return CommandEnd.Exit(process.ExitCode);
        }

        var (command, end) = status.Read();
        if (end is null)
        {
            EndUnguarded(command);
        }

        return end ?? new(CommandEndKind.Unguarded, 0);
    }

    /// <summary>Asks the command and all that it started to end, and ends them when the time is over.</summary>
    /// <param name="exit">Completes when they have ended.</param>
    public async Task EndAsync(Task exit, TimeSpan term, TimeProvider time)
    {
        if (OperatingSystem.IsWindows())
        {
            process.Kill(entireProcessTree: true);
            return;
        }

        Order([GuardianProtocol.Terminate]);
        Continue();
        if (!await HasEndedAsync(exit, term, time))
        {
            await KillAsync(exit, time);
        }
    }

    /// <summary>Ends them at once.</summary>
    /// <inheritdoc cref="EndAsync"/>
    public async Task KillAsync(Task exit, TimeProvider time)
    {
        if (OperatingSystem.IsWindows())
        {
            process.Kill(entireProcessTree: true);
            return;
        }

        // The guardian kills all when its input ends.
        process.StandardInput.BaseStream.Dispose();
        Continue();
        if (!await HasEndedAsync(exit, StopTime, time))
        {
            // It does not, so it may be stopped again and again. What it guards is found below it as long as it lives.
            EndAll(() => ProcessTree.Below(process.Id));
            process.Kill();
        }
    }

    public void Dispose()
    {
        status?.Dispose();
        process.Dispose();
    }

    /// <summary>The program that runs here, also when its file was replaced meanwhile: another release may speak another protocol.</summary>
    private static string Running(string executable) =>
        FileStatus.Read(OwnProgram, followLinks: true) is { } own && FileStatus.Read(executable, followLinks: true)?.Identity != own.Identity
            ? OwnProgram
            : executable;

    /// <summary>Ends what a killed guardian left behind.</summary>
    /// <param name="command">Leader of the process group; 0: it was not started, as far as is known.</param>
    private void EndUnguarded(int command)
    {
        EndAll(() => ProcessTree.OfSession(process.Id, mark));
        if (command > 0)
        {
            UnixProcess.KillGroup(command);
        }
    }

    private static void EndAll(Func<List<int>> find)
    {
        // A killed process is listed for a moment longer.
        const int MostRounds = 100;
        for (var round = 0; round < MostRounds && find() is { Count: > 0 } left; round++)
        {
            left.ForEach(UnixProcess.Kill);
        }
    }

    private static async Task<bool> HasEndedAsync(Task exit, TimeSpan limit, TimeProvider time)
    {
        await exit.WaitAsync(limit, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return exit.IsCompleted;
    }

    private void Continue()
    {
        if (!OperatingSystem.IsWindows() && !process.HasExited)
        {
            UnixProcess.Continue(process.Id);
        }
    }

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
