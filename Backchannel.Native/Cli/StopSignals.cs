using System.Runtime.InteropServices;

namespace Backchannel.Native.Cli;

/// <summary>SIGTERM, SIGINT and SIGHUP as one cancellation token, so that a command can end cleanly.</summary>
internal sealed class StopSignals : IDisposable
{
    // Never disposed: a handler may run on its thread while the command ends, and an exception there would end the process with a crash.
    private readonly CancellationTokenSource stop = new();
    private readonly CancellationTokenSource again = new();
    private readonly PosixSignalRegistration[] registrations;

    public StopSignals()
    {
        registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop),
        ];
    }

    public CancellationToken Token => stop.Token;

    /// <summary>Fires at the second signal: whoever sent it does not want to wait.</summary>
    public CancellationToken Again => again.Token;

    public void Dispose()
    {
        foreach (var registration in registrations)
        {
            registration.Dispose();
        }
    }

    /// <summary>What a signal does.</summary>
    internal void Stop(PosixSignalContext context)
    {
        // The default would end the process here, in the middle of an answer.
        context.Cancel = true;
        if (stop.IsCancellationRequested)
        {
            again.Cancel();
        }

        stop.Cancel();
    }
}
