using System.Net.Sockets;
using System.Text;

namespace Backchannel.Native.Tests.Support.Servers;

/// <summary>A proxy before a bus that replaces a text in requests: the bus sees what a bus of another release would take from them.</summary>
/// <param name="written">ASCII, within one read of a request.</param>
/// <param name="seen">As long as <paramref name="written"/>, so that the length of the request stays true.</param>
internal sealed class RewritingFront(Uri target, string written, string seen) : BusFront(target)
{
    protected override Task CarryAsync(NetworkStream client, NetworkStream bus) =>
        Task.WhenAny(ThereAsync(client, bus), bus.CopyToAsync(client, Stopping));

    private async Task ThereAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer, Stopping) is > 0 and var length)
        {
            var text = Encoding.Latin1.GetString(buffer, 0, length).Replace(written, seen, StringComparison.Ordinal);
            await to.WriteAsync(Encoding.Latin1.GetBytes(text), Stopping);
        }
    }
}
