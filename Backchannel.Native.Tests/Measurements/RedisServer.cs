using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Backchannel.Native.Tests.Measurements;

/// <summary>A Redis of its own in a folder, which syncs its file before each answer, as the bus does.</summary>
internal sealed class RedisServer : IDisposable
{
    private const string Program = "redis-server";

    private readonly Process process;

    private RedisServer(Process process, IPEndPoint address)
    {
        this.process = process;
        Address = address;
    }

    public IPEndPoint Address { get; }

    /// <summary>Null where Redis is not installed.</summary>
    public static async Task<RedisServer?> StartAsync(string folder)
    {
        var address = new IPEndPoint(IPAddress.Loopback, FreePort());
        var start = new ProcessStartInfo(
            Program,
            ["--bind", "127.0.0.1", "--port", $"{address.Port}", "--dir", folder, "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--daemonize", "no"])
        {
            RedirectStandardOutput = true,
        };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            return null;
        }

        var server = new RedisServer(process, address);
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Contains("Ready to accept connections", StringComparison.Ordinal))
            {
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
                return server;
            }
        }

        server.Dispose();
        throw new InvalidOperationException($"{Program} ended before it took connections.");
    }

    /// <summary>Appends a content to a stream on several connections at once.</summary>
    public Task<LoadResult> AppendAsync(int connections, int total, string content) =>
        LoadRun.RunAsync(connections, total, ConnectAsync, async (client, _) => await client.SendAsync(RawRespClient.Command("XADD", "bench", "*", "content", content)));

    public void Dispose()
    {
        this.process.Kill();
        this.process.WaitForExit();
        this.process.Dispose();
    }

    private async Task<RawRespClient> ConnectAsync()
    {
        var client = new RawRespClient();
        await client.ConnectAsync(Address);
        return client;
    }

    private static int FreePort()
    {
        using var probe = new Socket(SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
