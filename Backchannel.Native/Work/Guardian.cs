using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Backchannel.Native.Work;

/// <summary>The process between a runner and its command. It ends the command and what that started when the runner is gone, however that ended.</summary>
/// <remarks>
/// A process of its own, because a killed runner can do nothing any more. The kernel's notice of a parent's death follows a thread and does not reach grandchildren.
/// </remarks>
internal static class Guardian
{
    /// <param name="ownProcessId">The number of this process.</param>
    public static int Run(int ownProcessId)
    {
        // A session of its own: Ctrl+C in the runner's terminal reaches neither this process nor the command.
        UnixProcess.StartSession();
        UnixProcess.AdoptOrphans();
        UnixProcess.IgnoreStopSignals();
        using var runner = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
        GuardianOrder order;
        try
        {
            order = GuardianProtocol.Read(runner);
        }
        catch (EndOfStreamException)
        {
            return 1;
        }

        using var status = GuardianStatus.Open(order.StatusPath);
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.None);
        var environment = new ProcessStartInfo().Environment.Select(static entry => $"{entry.Key}={entry.Value}");
        var (child, error) = UnixProcess.Start(order.Command, [.. environment], (int)pipe.ClientSafePipeHandle.DangerousGetHandle());
        if (child == 0)
        {
            Report(order.Command[0], error);
            status.WriteEnd(CommandEnd.NotStarted(error));
            return 1;
        }

        status.WriteCommand(child);
        pipe.DisposeLocalCopyOfClientHandle();
        var tree = new GuardedTree(ownProcessId, child);
        Start(() => Feed(pipe, order.Input));
        Start(() => Obey(runner, tree));
        var end = UnixProcess.WaitFor(child);
        tree.EndRest();
        status.WriteEnd(end);
        return 0;
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

    private static void Obey(FileStream runner, GuardedTree tree)
    {
        var order = new byte[1];
        while (ReadOrder(runner, order) > 0)
        {
            if (order[0] == GuardianProtocol.Terminate)
            {
                tree.Terminate();
            }
        }

        tree.Kill();
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
