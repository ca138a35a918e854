using System.Net.Sockets;
using Backchannel.Native.Wake;

namespace Backchannel.Native.Tests.Wake;

public sealed class MessagingSocketTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [UnixFact]
    public async Task A_host_that_reads_to_the_end_and_neither_answers_nor_closes_holds_nobody_up()
    {
        var path = folder.File("s");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        var time = new SignallingTimeProvider();
        var sending = new MessagingSocket(path, "token", static () => "session", time).SendAsync("text", CancellationToken.None);
        using var connection = await listener.AcceptAsync().Within();

        using var reader = new StreamReader(new NetworkStream(connection));
        var lines = (await reader.ReadToEndAsync().Within()).TrimEnd().Split('\n');
        time.Advance(await time.TimerAsync(static due => due == TimeSpan.FromSeconds(1)));

        Assert.Null(await sending.Within());
        Assert.Equal(2, lines.Length);
    }
}
