using Backchannel.Native.Wake;

namespace Backchannel.Native.Tests.Wake;

public sealed class WaiterTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string File => folder.File("session.waiter");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Of_two_hooks_one_waits_until_it_ends()
    {
        var first = await WaiterOf().EnterAsync(CancellationToken.None);

        Assert.NotNull(first);
        Assert.True(WaiterOf().IsThere());
        Assert.Null(await WaiterOf().EnterAsync(CancellationToken.None));
        first.Dispose();
        Assert.False(WaiterOf().IsThere());
    }

    [UnixFact]
    public async Task A_FIFO_is_no_hook_that_waits()
    {
        await ProgramRun.RunAsync("mkfifo", [File]);

        Assert.False(WaiterOf().IsThere());
        Assert.Null(await WaiterOf().EnterAsync(CancellationToken.None));
    }

    [UnixFact]
    public async Task A_link_is_not_followed()
    {
        var target = folder.File("target");
        System.IO.File.CreateSymbolicLink(File, target);

        Assert.Null(await WaiterOf().EnterAsync(CancellationToken.None));
        Assert.False(System.IO.File.Exists(target));
    }

    private Waiter WaiterOf() => new(File, TimeProvider.System);
}
