using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Backchannel.Native.Tests.Support.Servers;

/// <summary>
/// A DNS server that knows one name: A 127.0.0.1, no other record (RFC 1035 section 4.1). It listens on port 53 of a loopback address of its own,
/// because <c>resolv.conf</c> names no ports.
/// </summary>
internal sealed class NameServer : IAsyncDisposable
{
    public const string Address = "127.83.1.1";

    private readonly UdpClient socket = new(new IPEndPoint(IPAddress.Parse(Address), 53));
    private readonly byte[] name;
    private readonly Task answering;
    private int questions;

    public NameServer(string name)
    {
        this.name = [.. name.Split('.').SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0];
        answering = AnswerAsync();
    }

    /// <summary>Why there can be none here; null if there can.</summary>
    public static string? Obstacle()
    {
        try
        {
            using var socket = new UdpClient(new IPEndPoint(IPAddress.Parse(Address), 53));
            return null;
        }
        catch (SocketException problem)
        {
            return $"not run: port 53 of {Address} cannot be listened on ({problem.SocketErrorCode}), which needs root";
        }
    }

    /// <summary>How many questions for the name came.</summary>
    public int Questions => Volatile.Read(ref questions);

    public async ValueTask DisposeAsync()
    {
        this.socket.Dispose();
        await answering;
    }

    private async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                var question = await this.socket.ReceiveAsync();
                await this.socket.SendAsync(Answer(question.Buffer), question.RemoteEndPoint);
            }
        }
        catch (Exception problem) when (problem is ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private byte[] Answer(byte[] question)
    {
        var end = 12 + Array.IndexOf(question[12..], (byte)0) + 5;
        var known = question.AsSpan(12, end - 16).SequenceEqual(this.name);
        var address = known && BinaryPrimitives.ReadUInt16BigEndian(question.AsSpan(end - 4)) == 1;
        if (known)
        {
            Interlocked.Increment(ref questions);
        }

        byte[] answer = [.. question[..end]];
        answer[2] = 0x81;
        answer[3] = (byte)(known ? 0x80 : 0x83);
        answer.AsSpan(6, 6).Clear();
        answer[7] = (byte)(address ? 1 : 0);

        // The name by reference to the question, type A, class IN, 60 s, four bytes.
        return address ? [.. answer, 0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1] : answer;
    }
}
