using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

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

    /// <summary>How the answer to each <see cref="AppendRequest"/> begins: the id, as a string with its length.</summary>
    public const string Appended = "$";

    /// <summary>Appends a content to a stream.</summary>
    public static string AppendRequest(string content) => Command("XADD", "bench", "*", "content", content);

    public void Dispose()
    {
        this.process.Kill();
        this.process.WaitForExit();
        this.process.Dispose();
    }

    /// <summary>A command in the form that Redis reads: a list of strings, each with its length.</summary>
    private static string Command(params ReadOnlySpan<string> words)
    {
        var text = new StringBuilder($"*{words.Length}\r\n");
        foreach (var word in words)
        {
            text.Append(null, $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        }

        return text.ToString();
    }

    private static int FreePort()
    {
        using var probe = new Socket(SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
