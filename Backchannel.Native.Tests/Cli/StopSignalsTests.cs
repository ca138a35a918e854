using System.Runtime.InteropServices;
using Backchannel.Native.Cli;

namespace Backchannel.Native.Tests.Cli;

public sealed class StopSignalsTests
{
    [Fact]
    public void A_signal_cancels_the_token_and_the_process_lives_on_to_end_cleanly()
    {
        using var signals = new StopSignals();
        var signal = new PosixSignalContext(PosixSignal.SIGTERM);

        signals.Stop(signal);

        Assert.True(signal.Cancel);
        Assert.True(signals.Token.IsCancellationRequested);
    }

    // Some clients close the input and send SIGTERM at once.
    [Fact]
    public void A_signal_that_is_on_its_way_when_the_command_ends_does_no_harm()
    {
        var signals = new StopSignals();
        signals.Dispose();
        var signal = new PosixSignalContext(PosixSignal.SIGTERM);

        signals.Stop(signal);

        Assert.True(signal.Cancel);
    }
}
