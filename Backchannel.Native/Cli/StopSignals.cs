using System.Runtime.InteropServices;

namespace Backchannel.Native.Cli;

/// <summary>SIGTERM, SIGINT and SIGHUP as one cancellation token, so that a command can end cleanly.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource stop = new();
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

    public void Dispose()
    {
        foreach (var registration in registrations)
        {
            registration.Dispose();
        }

        stop.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        // The default would end the process here, in the middle of an answer.
        context.Cancel = true;
        stop.Cancel();
    }
}
