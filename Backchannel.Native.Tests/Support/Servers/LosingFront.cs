using System.Net.Sockets;
using System.Text;

namespace Backchannel.Native.Tests.Support.Servers;

/// <summary>A proxy before a bus that drops the answers to requests of one kind: the bus has executed them, then the connection breaks.</summary>
internal sealed class LosingFront(Uri target) : BusFront(target)
{
    private volatile string? lost;

    /// <summary>From now on the answers to such requests are dropped.</summary>
    /// <param name="part">Part of the request, such as <c>/ack HTTP</c>; null: none.</param>
    public void Lose(string? part) => lost = part;

    protected override async Task CarryAsync(NetworkStream client, NetworkStream bus)
    {
        var losesAnswer = false;
        await Task.WhenAny(ThereAsync(), BackAsync());

        async Task ThereAsync()
        {
            var buffer = new byte[64 * 1024];
            while (await client.ReadAsync(buffer, Stopping) is > 0 and var length)
            {
                losesAnswer |= lost is { } part && Encoding.Latin1.GetString(buffer, 0, length).Contains(part, StringComparison.Ordinal);
                await bus.WriteAsync(buffer.AsMemory(0, length), Stopping);
            }
        }

        async Task BackAsync()
        {
            var buffer = new byte[64 * 1024];
            while (await bus.ReadAsync(buffer, Stopping) is > 0 and var length && !losesAnswer)
            {
                await client.WriteAsync(buffer.AsMemory(0, length), Stopping);
            }
        }
    }
}
