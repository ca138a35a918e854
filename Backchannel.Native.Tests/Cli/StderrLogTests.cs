using System.Text;
using Backchannel.Native.Cli;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Cli;

public sealed class StderrLogTests
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 4, 6, 14, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Lines_below_the_level_are_left_out()
    {
        using var output = new MemoryStream();
        using (var log = new StderrLog(output, LogLevel.Warning, time))
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
        using (var log = new StderrLog(output, LogLevel.Info, time))
        {
            log.Info("channel 'a\n14:00:00.000 ERROR fake\u001b[2J'");
        }

        Assert.Equal("14:00:00.000 INFO channel 'a | 14:00:00.000 ERROR fake [2J'\n", Encoding.UTF8.GetString(output.ToArray()));
    }

    [Fact]
    public async Task Logging_does_not_wait_for_a_reader_that_never_comes()
    {
        using var output = new BlockedStream();
        var log = new StderrLog(output, LogLevel.Info, time);

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

    [Theory]
    [InlineData(typeof(IOException))]
    [InlineData(typeof(UnauthorizedAccessException))]
    [InlineData(typeof(ArgumentOutOfRangeException))]
    public async Task A_log_that_cannot_be_written_goes_on_once_it_can(Type fault)
    {
        using var output = new FailingStream((Exception)Activator.CreateInstance(fault)!);
        using (var log = new StderrLog(output, LogLevel.Info, time))
        {
            log.Info("lost");
            await output.Failed.Task.WaitAsync(TimeSpan.FromSeconds(30));
            log.Info("kept");
            await output.Kept.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }

        Assert.Equal("14:00:00.000 INFO kept\n", Encoding.UTF8.GetString(output.ToArray()));
    }

    /// <summary>Its first write fails.</summary>
    private sealed class FailingStream(Exception fault) : MemoryStream
    {
        public TaskCompletionSource Failed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Kept { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (Failed.TrySetResult())
            {
                throw fault;
            }

            base.Write(buffer);
            Kept.TrySetResult();
        }
    }

    private sealed class BlockedStream : MemoryStream
    {
        private readonly ManualResetEventSlim open = new();

        public void Unblock() => open.Set();

        public override void Write(ReadOnlySpan<byte> buffer) => open.Wait();

        protected override void Dispose(bool disposing)
        {
            open.Set();
            base.Dispose(disposing);
        }
    }
}
