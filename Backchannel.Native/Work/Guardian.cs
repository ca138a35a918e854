using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Backchannel.Native.Work;

/// <summary>The process between a runner and its command. It ends the command's whole process group when the runner is gone, however that ended.</summary>
/// <remarks>
/// A process of its own, because a killed runner can do nothing any more. The kernel's notice of a parent's death follows a thread and does not reach grandchildren.
/// </remarks>
internal static class Guardian
{
    /// <returns>The exit code of the command, or 128 and its signal.</returns>
    public static int Run()
    {
        // A session of its own: Ctrl+C in the runner's terminal reaches neither this process nor the command.
        UnixProcess.StartSession();
        UnixProcess.IgnoreStopSignals();
        using var runner = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
        string[] command;
        byte[] input;
        try
        {
            (command, input) = GuardianProtocol.Read(runner);
        }
        catch (EndOfStreamException)
        {
            return 1;
        }

        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.None);
        var environment = new ProcessStartInfo().Environment.Select(static entry => $"{entry.Key}={entry.Value}");
        var (child, error) = UnixProcess.Start(command, [.. environment], (int)pipe.ClientSafePipeHandle.DangerousGetHandle());
        if (child == 0)
        {
            Report(command[0], error);
            return error == UnixProcess.NoSuchFile ? GuardianProtocol.NotFound : GuardianProtocol.NotExecutable;
        }

        pipe.DisposeLocalCopyOfClientHandle();
        Start(() => Feed(pipe, input));
        Start(() => Obey(runner, child));
        var code = UnixProcess.WaitFor(child);

        // What the command left running in its group ends with it.
        UnixProcess.KillGroup(child);
        return code;
    }

    private static void Start(ThreadStart work) => new Thread(work, 256 * 1024) { IsBackground = true }.Start();

    private static void Feed(AnonymousPipeServerStream pipe, byte[] input)
    {
        try
        {
            pipe.Write(input);
            pipe.Dispose();
        }
        catch (IOException)
        {
            // The command does not read its input, or has ended.
        }
    }

    private static void Obey(FileStream runner, int child)
    {
        var order = new byte[1];
        while (ReadOrder(runner, order) > 0)
        {
            if (order[0] == GuardianProtocol.Terminate)
            {
                ProcessTree.Terminate(child);
            }
        }

        ProcessTree.Kill(child);
    }

    private static int ReadOrder(FileStream runner, byte[] order)
    {
        try
        {
            return runner.Read(order, 0, 1);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    // On the command's own standard error, where the runner finds the reason of a failure.
    private static void Report(string command, int error)
    {
        using var errors = new FileStream(new SafeFileHandle(2, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        errors.Write(Encoding.UTF8.GetBytes($"backchannel-mcp: '{command}' cannot be started: {Marshal.GetPInvokeErrorMessage(error)}\n"));
    }
}
