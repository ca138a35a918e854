using Backchannel.Native.Wake;

namespace Backchannel.Native.Tests.Wake;

public sealed class CodexQueueTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [UnixFact]
    public async Task A_queue_that_ended_with_a_fault_may_have_stored_the_text() =>
        Assert.Equal(new WakeFault("it ended with 1: no such thread", MayHaveArrived: true), await SendAsync("echo 'no such thread' >&2; exit 1", TimeProvider.System));

    [Fact]
    public async Task A_queue_that_cannot_be_started_has_stored_nothing() =>
        Assert.False((await new CodexQueue(folder.File("missing"), "t", null, TimeProvider.System).SendAsync("text", CancellationToken.None))?.MayHaveArrived);

    [UnixFact]
    public async Task A_queue_that_does_not_end_counts_as_sent()
    {
        var time = new SignallingTimeProvider();
        var sending = SendAsync("exec sleep 1000", time);
        time.Advance(await time.TimerAsync(static _ => true));

        Assert.Null(await sending.Within());
    }

    [UnixFact]
    public async Task A_child_that_it_leaves_behind_holds_nobody_up() =>
        Assert.Null(await SendAsync("sleep 30 &\nexit 0", TimeProvider.System).Within());

    private Task<WakeFault?> SendAsync(string script, TimeProvider time)
    {
        var codex = folder.File("codex");
        File.WriteAllText(codex, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(codex, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new CodexQueue(codex, "t", null, time).SendAsync("text", CancellationToken.None);
    }
}
