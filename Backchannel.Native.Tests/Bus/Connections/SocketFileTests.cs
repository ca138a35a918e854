using System.Net.Sockets;
using Backchannel.Native.Bus.Connections;
using Backchannel.Native.Bus;
using Backchannel.Native.Files;

namespace Backchannel.Native.Tests.Bus.Connections;

/// <summary>What lies where a bus shall listen: only a dead socket of one's own makes room.</summary>
public sealed class SocketFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly List<Socket> sockets = [];

    private string SocketPath => folder.File("bus.sock");

    public void Dispose()
    {
        foreach (var socket in sockets)
        {
            socket.Dispose();
        }

        folder.Dispose();
    }

    [UnixFact]
    public async Task A_dead_socket_makes_room()
    {
        DeadSocket.Make(SocketPath);

        await using var server = await StartAsync();

        Connect();
    }

    [UnixFact]
    public async Task A_file_is_left_alone()
    {
        await File.WriteAllTextAsync(SocketPath, "my notes");

        var exception = await RefuseAsync();

        Assert.Contains($"{SocketPath} is a file and no socket, so it is left alone", exception.Message, StringComparison.Ordinal);
        Assert.Equal("my notes", await File.ReadAllTextAsync(SocketPath));
        Assert.False(File.Exists(folder.File("bus.db")));
    }

    [UnixFact]
    public async Task A_link_is_left_alone_although_it_leads_to_a_dead_socket()
    {
        DeadSocket.Make(folder.File("dead"));
        File.CreateSymbolicLink(SocketPath, folder.File("dead"));

        var exception = await RefuseAsync();

        Assert.Contains($"{SocketPath} is a link and no socket", exception.Message, StringComparison.Ordinal);
        Assert.NotNull(new FileInfo(SocketPath).LinkTarget);
    }

    [UnixFact]
    public async Task A_folder_is_left_alone()
    {
        Directory.CreateDirectory(SocketPath);

        var exception = await RefuseAsync();

        Assert.Contains($"{SocketPath} is a folder and no socket", exception.Message, StringComparison.Ordinal);
    }

    [UnixTheory]
    [InlineData(SocketType.Stream, "a bus is listening on")]
    [InlineData(SocketType.Dgram, "another program uses")]
    [InlineData(SocketType.Seqpacket, "another program uses")]
    public async Task A_living_socket_of_any_kind_is_left_alone(SocketType type, string expected)
    {
        Listen(type);

        var exception = await RefuseAsync();

        Assert.StartsWith(expected, exception.Message, StringComparison.Ordinal);
        Connect(type);
    }

    [UnixFact]
    public async Task A_bus_with_a_full_queue_is_left_alone_and_not_waited_for()
    {
        var busy = Listen(SocketType.Stream);
        busy.Listen(0);
        while (true)
        {
            var waiting = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
            sockets.Add(waiting);
            try
            {
                waiting.Connect(new UnixDomainSocketEndPoint(SocketPath));
            }
            catch (SocketException)
            {
                break;
            }
        }

        var exception = await RefuseAsync();

        Assert.Contains("too busy to answer", exception.Message, StringComparison.Ordinal);
        Assert.True(FileStatus.Read(SocketPath)?.IsSocket);
    }

    [UnixFact]
    public async Task A_stopping_bus_takes_its_own_socket_away_and_nothing_else()
    {
        await using (var server = await StartAsync())
        {
            File.Delete(SocketPath);
            await File.WriteAllTextAsync(SocketPath, "my notes");
        }

        Assert.Equal("my notes", await File.ReadAllTextAsync(SocketPath));
        File.Delete(SocketPath);

        await using (var server = await StartAsync())
        {
            Connect();
        }

        Assert.False(File.Exists(SocketPath));
    }

    private Task<BusServer> StartAsync() => BusServer.StartAsync(
        new() { DatabasePath = folder.File("bus.db"), SocketPath = SocketPath }, TimeProvider.System, static _ => { }, CancellationToken.None);

    private Task<SocketFileException> RefuseAsync() => Assert.ThrowsAsync<SocketFileException>(() => StartAsync().WaitAsync(Deadline.Time));

    private Socket Listen(SocketType type)
    {
        var socket = new Socket(AddressFamily.Unix, type, ProtocolType.Unspecified);
        sockets.Add(socket);
        socket.Bind(new UnixDomainSocketEndPoint(SocketPath));
        if (type != SocketType.Dgram)
        {
            socket.Listen();
        }

        return socket;
    }

    private void Connect(SocketType type = SocketType.Stream)
    {
        using var socket = new Socket(AddressFamily.Unix, type, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(SocketPath));
    }
}
