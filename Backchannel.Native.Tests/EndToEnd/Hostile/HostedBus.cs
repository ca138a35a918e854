using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http;

namespace Backchannel.Native.Tests.EndToEnd.Hostile;

/// <summary>The published file as a bus on a port of this machine; what it logs is looked at byte by byte.</summary>
internal sealed class HostedBus : IAsyncDisposable
{
    private readonly string folder;
    private readonly Process process;
    private readonly LogInspector log;

    private HostedBus(string folder, Process process, LogInspector log, int port)
    {
        this.folder = folder;
        this.process = process;
        this.log = log;
        EndPoint = new IPEndPoint(IPAddress.Loopback, port);
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = Deadline.Time };
    }

    public IPEndPoint EndPoint { get; }

    public HttpClient Http { get; }

    public bool IsRunning => !process.HasExited;

    /// <summary>Most memory that was ever resident, in MiB.</summary>
    public long PeakMemory => Memory("VmHWM");

    /// <summary>Resident memory in MiB.</summary>
    public long CurrentMemory => Memory("VmRSS");

    /// <param name="environment">Settings of the bus; without them it has no limits of rates.</param>
    public static Task<HostedBus> StartAsync(params (string Name, string Value)[] environment)
    {
        var folder = Directory.CreateTempSubdirectory("hosted-").FullName;
        return StartAsync(folder, new ProcessStartInfo(PublishedExecutable.Path, Arguments(folder)), environment);
    }

    /// <summary>A bus that may open so many files and no more.</summary>
    public static Task<HostedBus> StartWithFilesAsync(int files)
    {
        var folder = Directory.CreateTempSubdirectory("hosted-").FullName;
        string[] command = ["-c", $"ulimit -n {files}; exec \"$@\"", "sh", PublishedExecutable.Path, .. Arguments(folder)];
        return StartAsync(folder, new ProcessStartInfo("/bin/sh", command), []);
    }

    private static string[] Arguments(string folder) => ["serve", "--listen", "127.0.0.1:0", "--db", Path.Combine(folder, "bus.db")];

    private static async Task<HostedBus> StartAsync(string folder, ProcessStartInfo start, (string Name, string Value)[] environment)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        foreach (var limit in (string[])["BACKCHANNEL_RATE_LIMIT", "BACKCHANNEL_KEY_MINT_LIMIT", "BACKCHANNEL_ADDRESS_RATE_LIMIT"])
        {
            start.Environment[limit] = "0";
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        var log = LogInspector.Start(process.StandardError.BaseStream);
        var line = await process.StandardOutput.ReadLineAsync().Within();
        Assert.True(line is not null, string.Join('\n', log.Last));
        return new HostedBus(folder, process, log, new Uri(line["listening on ".Length..]).Port);
    }

    /// <summary>Stops it as an operator would, and asserts that it ended well, logged nothing raw and left a sound database.</summary>
    public async Task StopAndInspectAsync()
    {
        Assert.True(IsRunning, $"The bus ended by itself: {string.Join('\n', log.Last)}");
        await ProcessSignals.SendAsync(process.Id, "TERM");
        await process.WaitForExitAsync().Within();
        await log.Completion.Within();
        Assert.Equal(0, process.ExitCode);
        Assert.Empty(log.Offences);
        Assert.Equal("ok", DatabaseFile.CheckIntegrity(Path.Combine(folder, "bus.db")));
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (IsRunning)
        {
            process.Kill();
            await process.WaitForExitAsync().Within();
        }

        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private long Memory(string name)
    {
        var line = File.ReadLines($"/proc/{process.Id}/status").First(text => text.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
