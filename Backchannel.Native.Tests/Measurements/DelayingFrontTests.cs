using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Backchannel.Native.Tests.Measurements;

public sealed class DelayingFrontTests
{
    [ProgramFact("cc")]
    public async Task The_front_is_built_and_delays_what_it_passes_on_each_way()
    {
        var delay = TimeSpan.FromMilliseconds(20);
        var sent = new byte[200_000];
        Random.Shared.NextBytes(sent);
        using var folder = new TemporaryFolder();
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        using var front = new DelayingFront(folder.Path, ((IPEndPoint)server.LocalEndpoint).Port, delay);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, front.Port);
        using var accepted = await server.AcceptTcpClientAsync().Within();
        var echoing = accepted.GetStream().CopyToAsync(accepted.GetStream());
        var start = Stopwatch.GetTimestamp();
        var writing = client.GetStream().WriteAsync(sent).AsTask();

        var echoed = new byte[sent.Length];
        await client.GetStream().ReadExactlyAsync(echoed).AsTask().Within();
        var took = Stopwatch.GetElapsedTime(start);
        await writing;
        client.Client.Shutdown(SocketShutdown.Send);
        await echoing.Within();

        Assert.Equal(sent, echoed);
        Assert.True(took >= 2 * delay, $"{took}");
    }
}
