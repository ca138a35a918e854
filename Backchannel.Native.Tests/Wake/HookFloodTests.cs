using Backchannel.Native.Wake;

namespace Backchannel.Native.Tests.Wake;

public sealed class HookFloodTests : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_plugin_that_writes_without_end_is_read_once_at_each_look()
    {
        var time = new SignallingTimeProvider();
        using var ending = new CancellationTokenSource();
        await using var input = new InputStream();
        var running = new Hook(Options(input), time).RunAsync(ending.Token);
        for (var look = 1; look <= 3; look++)
        {
            // One timer of the reader, one of the hook.
            await time.TimerAsync(static due => due == Look);
            await time.TimerAsync(static due => due == Look);
            Assert.Equal(look, input.Reads);
            time.Advance(Look);
        }

        await ending.CancelAsync();
        Assert.Equal(0, await running.Within());
    }

    private HookOptions Options(Stream input) => new()
    {
        Host = WakeHosts.OpenCode,
        Moment = HookMoment.Session,
        Folder = folder.File("missing"),
        ProcessId = Environment.ProcessId,
        Environment = static _ => null,
        Input = input,
        Output = TextWriter.Null,
        Error = TextWriter.Null,
    };
}
