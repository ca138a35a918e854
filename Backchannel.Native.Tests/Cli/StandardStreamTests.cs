using System.IO.Pipes;
using System.Net.Sockets;
using System.Security.Cryptography;
using Backchannel.Native.Cli;

namespace Backchannel.Native.Tests.Cli;

public sealed class StandardStreamTests
{
    [LinuxFact]
    public async Task Reading_what_must_not_block_waits_for_the_next_bytes()
    {
        const int Rounds = 100;
        using var pipe = new NonBlockingPipe();
        using var input = new StandardStream(pipe.ReadEnd);
        using var arrived = new SemaphoreSlim(0);

        // Each byte is written when the one before has arrived: the reader is back at an empty pipe by then.
        var reading = Task.Run(() =>
        {
            var received = new List<byte>();
            var buffer = new byte[1];
            while (received.Count < Rounds && input.Read(buffer) == 1)
            {
                received.Add(buffer[0]);
                arrived.Release();
            }

            return received;
        });
        for (byte i = 0; i < Rounds; i++)
        {
            pipe.Write([i]);
            await Task.WhenAny(arrived.WaitAsync(Deadline.Token()), reading);
        }

        Assert.Equal(Enumerable.Range(0, Rounds).Select(i => (byte)i), await reading.WaitAsync(Deadline.Time));
    }

    [LinuxFact]
    public void The_end_of_what_must_not_block_is_an_end()
    {
        using var pipe = new NonBlockingPipe();
        using var input = new StandardStream(pipe.ReadEnd);

        pipe.CloseWriteEnd();

        Assert.Equal(0, input.Read(new byte[16]));
    }

    [LinuxFact]
    public async Task A_slow_reader_of_what_must_not_block_gets_every_byte()
    {
        using var pipe = new NonBlockingPipe();
        using var output = new StandardStream(pipe.WriteEnd);
        var sent = RandomNumberGenerator.GetBytes(1_000_000);

        var writing = Task.Run(() =>
        {
            output.Write(sent);
            pipe.CloseWriteEnd();
        });
        using var reader = new StandardStream(pipe.ReadEnd);
        using var received = new MemoryStream();
        var buffer = new byte[777];
        for (var count = reader.Read(buffer); count > 0; count = reader.Read(buffer))
        {
            received.Write(buffer, 0, count);
        }

        await writing.WaitAsync(Deadline.Time);
        Assert.Equal(sent, received.ToArray());
    }

    [LinuxFact]
    public void A_reader_that_is_gone_is_told_from_a_failure()
    {
        using var pipe = new NonBlockingPipe();
        using var output = new StandardStream(pipe.WriteEnd);

        pipe.CloseReadEnd();

        Assert.True(Assert.Throws<StandardStreamException>(() => output.Write("x"u8)).OtherSideIsGone);
    }

    [LinuxFact]
    public void What_a_stream_was_not_opened_for_fails_and_what_may_be_lost_is_lost()
    {
        using var pipe = new NonBlockingPipe();
        using var readOnly = new StandardStream(pipe.ReadEnd);
        using var writeOnly = new StandardStream(pipe.WriteEnd);
        using var log = new StandardStream(pipe.ReadEnd, mayBeLost: true);

        log.Write("nobody gets this"u8);

        Assert.False(Assert.Throws<StandardStreamException>(() => readOnly.Write("x"u8)).OtherSideIsGone);
        Assert.Throws<StandardStreamException>(() => writeOnly.Read(new byte[1]));
    }

    [LinuxFact]
    public void What_a_pipe_or_socket_takes_at_once_is_written_and_the_rest_is_not_waited_for()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        using var folder = new TemporaryFolder();
        var address = new UnixDomainSocketEndPoint(folder.File("s"));
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(address);
        listener.Listen();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(address);

        Assert.All([(int)pipe.SafePipeHandle.DangerousGetHandle(), (int)socket.Handle], descriptor =>
        {
            using var output = new StandardStream(descriptor);

            Assert.InRange(output.WriteAvailable(new byte[10_000]), 10_000, 10_000);
            Assert.InRange(output.WriteAvailable(new byte[10_000_000]), 1, 9_999_999);
            Assert.Equal(0, output.WriteAvailable(new byte[10_000_000]));
        });
    }

    [LinuxFact]
    public void A_file_takes_everything_at_once()
    {
        using var folder = new TemporaryFolder();
        using var file = File.OpenHandle(folder.File("f"), FileMode.CreateNew, FileAccess.Write);
        using var output = new StandardStream((int)file.DangerousGetHandle());

        Assert.Equal(100_000, output.WriteAvailable(new byte[100_000]));
        Assert.Equal(100_000, RandomAccess.GetLength(file));
    }

    [LinuxFact]
    public void A_write_at_once_tells_a_reader_that_is_gone_from_one_that_does_not_read()
    {
        using var pipe = new NonBlockingPipe();
        using var output = new StandardStream(pipe.WriteEnd);
        while (output.WriteAvailable(new byte[10_000]) > 0)
        {
        }

        Assert.Equal(0, output.WriteAvailable("x"u8));
        pipe.CloseReadEnd();
        Assert.True(Assert.Throws<StandardStreamException>(() => output.WriteAvailable("x"u8)).OtherSideIsGone);
    }
}
