using System.Net.Sockets;
using System.Text;

namespace Backchannel.Native.Tests.Support.Servers;

/// <summary>A proxy before a bus that holds the first request of one kind until the test releases it.</summary>
/// <param name="held">Part of the request line of what is held, such as <c>/ack HTTP</c>.</param>
internal sealed class HoldingFront(Uri target, string held) : BusFront(target)
{
    private readonly TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] held = Encoding.ASCII.GetBytes(held);

    /// <summary>Completes when the request has arrived here.</summary>
    public Task Arrived => arrived.Task.Within();

    public void Release() => released.TrySetResult();

    public override ValueTask DisposeAsync()
    {
        Release();
        return base.DisposeAsync();
    }

    protected override Task CarryAsync(NetworkStream client, NetworkStream bus) =>
        Task.WhenAny(ThereAsync(client, bus), bus.CopyToAsync(client, Stopping));

    private async Task ThereAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer, Stopping) is > 0 and var length)
        {
            if (buffer.AsSpan(0, length).IndexOf(held) >= 0)
            {
                arrived.TrySetResult();
                await released.Task;
            }

            await to.WriteAsync(buffer.AsMemory(0, length), Stopping);
        }
    }
}
