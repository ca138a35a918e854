using System.Text;
using Backchannel.Native.Cli;
using Backchannel.Native.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Cli;

public sealed class StderrLogTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 4, 6, 14, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Lines_below_the_level_are_left_out()
    {
        using var output = new MemoryStream();
        using (var log = new StderrLog(output, LogLevel.Warning, _time))
        {
            log.Info("not shown");
            log.Warning("shown");
        }

        Assert.Equal("14:00:00.000 WARNING shown\n", Encoding.UTF8.GetString(output.ToArray()));
    }

    [Fact]
    public void A_line_break_in_a_message_does_not_fake_a_line()
    {
        using var output = new MemoryStream();
        using (var log = new StderrLog(output, LogLevel.Info, _time))
        {
            log.Info("channel 'a\n14:00:00.000 ERROR fake\u001b[2J'");
        }

        Assert.Equal("14:00:00.000 INFO channel 'a | 14:00:00.000 ERROR fake [2J'\n", Encoding.UTF8.GetString(output.ToArray()));
    }

    [Fact]
    public async Task Logging_does_not_wait_for_a_reader_that_never_comes()
    {
        using var output = new BlockedStream();
        var log = new StderrLog(output, LogLevel.Info, _time);

        var logging = Task.Run(() =>
        {
            for (var i = 0; i < 5000; i++)
            {
                log.Info("nobody reads this");
            }
        });

        await logging.Within();
        output.Unblock();
        log.Dispose();
    }

    private sealed class BlockedStream : MemoryStream
    {
        private readonly ManualResetEventSlim _open = new();

        public void Unblock() => _open.Set();

        public override void Write(ReadOnlySpan<byte> buffer) => _open.Wait();

        protected override void Dispose(bool disposing)
        {
            _open.Set();
            base.Dispose(disposing);
        }
    }
}
