using System.Buffers;
using System.Text;
using Backchannel.Native.JsonRpc;

namespace Backchannel.Native.Tests.JsonRpc;

public sealed class OutputQueueTests : IDisposable
{
    private readonly ControlledOutput output = new();
    private readonly OutputQueue queue;

    public OutputQueueTests() => queue = new(output);

    public void Dispose()
    {
        queue.Close();
        output.ReadOn();
    }

    [Fact]
    public void A_message_that_the_output_takes_at_once_is_written_by_the_thread_that_made_it()
    {
        Send("one\n");
        Send("two\n");

        Assert.Equal("one\ntwo\n", output.Text);
        Assert.Equal([Thread.CurrentThread, Thread.CurrentThread], output.Writers);
        Assert.Equal(8, queue.Sent);
        Assert.True(queue.WhenIdleAsync().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_reader_that_does_not_read_blocks_nobody_and_gets_every_message_whole_and_in_order()
    {
        output.Room = 2;
        Send("one\n");
        await output.BlockedAsync();
        Send("two\n");
        Send("three\n");

        var idle = queue.WhenIdleAsync();
        Assert.Equal("on", output.Text);
        Assert.False(idle.IsCompleted);

        output.ReadOn();
        await idle.Within();
        Assert.Equal("one\ntwo\nthree\n", output.Text);
        Assert.False(output.WasShared);
        Assert.Equal(14, queue.Sent);
    }

    [Fact]
    public async Task Once_the_reader_has_caught_up_messages_are_written_by_their_own_threads_again()
    {
        output.Room = 0;
        Send("one\n");
        output.ReadOn();
        await queue.WhenIdleAsync().Within();

        output.Writers.Clear();
        Send("two\n");

        Assert.Equal("one\ntwo\n", output.Text);
        Assert.Equal([Thread.CurrentThread], output.Writers);
    }

    [Fact]
    public async Task A_reader_that_stops_more_than_once_is_waited_for_each_time()
    {
        for (var i = 0; i < 3; i++)
        {
            output.Room = 1;
            Send("one\n");
            await output.BlockedAsync();
            Send("two\n");
            output.Release();

            // The second message meets a reader that has stopped again.
            await output.BlockedAsync();
            output.Release();
            await queue.WhenIdleAsync().Within();
        }

        Assert.Equal(string.Concat(Enumerable.Repeat("one\ntwo\n", 3)), output.Text);
        Assert.False(output.WasShared);
    }

    [Fact]
    public async Task What_is_blocked_leaves_in_pieces_that_show_whether_the_reader_reads()
    {
        output.Room = 0;
        Send(new string('x', 10_000));
        for (var taken = 0; taken < 10_000; taken += 4096)
        {
            await output.BlockedAsync();
            Assert.Equal(taken, queue.Sent);
            output.Release();
        }

        await queue.WhenIdleAsync().Within();
        Assert.Equal(10_000, queue.Sent);
    }

    [Fact]
    public async Task Messages_of_many_threads_are_whole_and_each_thread_s_are_in_order()
    {
        output.Room = 5_000;
        var threads = Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < 200; i++)
            {
                Send($"{thread} {i}\n");
            }
        })).ToList();

        await output.BlockedAsync();
        output.ReadOn();
        await Task.WhenAll(threads).Within();
        await queue.WhenIdleAsync().Within();

        var messages = output.Text.TrimEnd('\n').Split('\n').Select(line => line.Split(' ')).ToLookup(words => words[0], words => int.Parse(words[1], null));
        Assert.Equal(8, messages.Count);
        Assert.All(messages, ofOne => Assert.Equal(Enumerable.Range(0, 200), ofOne));
        Assert.False(output.WasShared);
    }

    [Fact]
    public async Task A_stream_that_only_knows_blocking_writes_blocks_nobody_either()
    {
        var plain = new OutputQueue(new BlockingOnly(output));

        Send("one\n", plain);
        await output.BlockedAsync();
        Send("two\n", plain);

        output.ReadOn();
        await plain.WhenIdleAsync().Within();
        Assert.Equal("one\ntwo\n", output.Text);
        Assert.DoesNotContain(Thread.CurrentThread, output.Writers);
        plain.Close();
    }

    [Fact]
    public async Task A_broken_output_is_reported_and_swallows_what_is_left()
    {
        output.Failure = new IOException("gone");

        Send("one\n");
        output.Failure = new IOException("still gone");
        Send("two\n");

        await queue.Broken.Within();
        Assert.Equal("gone", queue.Fault!.Message);
        Assert.True(queue.WhenIdleAsync().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task An_output_that_breaks_while_it_is_blocked_is_reported_and_lets_the_read_loop_go_on()
    {
        output.Room = 0;
        Send("one\n");
        await output.BlockedAsync();
        var readLoop = await BlockReadLoopAsync();

        output.Failure = new IOException("gone");
        output.ReadOn();

        await queue.Broken.Within();
        Assert.Equal("gone", queue.Fault!.Message);
        Assert.True(readLoop.Join(Deadline.Time));
        await queue.WhenIdleAsync().Within();
    }

    [Fact]
    public async Task The_read_loop_waits_while_too_much_is_unread()
    {
        output.Room = 0;
        Send("one\n");
        await output.BlockedAsync();
        var readLoop = await BlockReadLoopAsync();

        output.ReadOn();

        Assert.True(readLoop.Join(Deadline.Time));
    }

    [Fact]
    public async Task A_reader_behind_by_less_does_not_stop_the_read_loop()
    {
        output.Room = 0;
        Send("one\n");
        await output.BlockedAsync();
        Send(new string('x', OutputQueue.HighWaterMark));

        await Task.Run(queue.WaitForRoom).Within();
    }

    [Fact]
    public async Task Closing_completes_the_message_that_was_begun_and_drops_the_others()
    {
        output.Room = 2;
        Send("one\n");
        await output.BlockedAsync();
        Send("two\n");
        var readLoop = await BlockReadLoopAsync();

        queue.Close();
        Send("three\n");
        Assert.True(readLoop.Join(Deadline.Time));

        output.Release();
        Assert.True(output.Writers[^1].Join(Deadline.Time));
        Assert.Equal("one\n", output.Text);
    }

    private void Send(string message, OutputQueue? to = null)
    {
        to ??= queue;
        lock (to.Gate)
        {
            to.Waiting.Write(Encoding.UTF8.GetBytes(message));
        }

        to.Send();
    }

    /// <returns>A thread that waits for room; it does, because too much is unread.</returns>
    private async Task<Thread> BlockReadLoopAsync()
    {
        Send(new string('x', OutputQueue.HighWaterMark + 1));
        var readLoop = new Thread(queue.WaitForRoom) { IsBackground = true };
        readLoop.Start();
        await Task.Run(() => SpinWait.SpinUntil(() => readLoop.ThreadState.HasFlag(ThreadState.WaitSleepJoin), Deadline.Time)).Within();
        Assert.True(readLoop.IsAlive);
        return readLoop;
    }

    /// <summary>Hides that a stream can do more.</summary>
    private sealed class BlockingOnly(Stream stream) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => stream.Write(buffer);
    }
}
