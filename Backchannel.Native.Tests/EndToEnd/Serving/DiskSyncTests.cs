using System.Diagnostics;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.EndToEnd.Serving;

/// <summary>What the bus asks of the disk, as the system sees it.</summary>
public sealed class DiskSyncTests
{
    [ProgramFact("strace")]
    public async Task A_post_that_comes_alone_is_written_to_the_log_in_one_piece_and_waits_for_the_disk_exactly_once()
    {
        const int Posts = 5;
        using var folder = new TemporaryFolder();
        await using var bus = await ServedBus.StartAsync(folder.File("bus.db"));
        var caller = await BusCaller.MintAsync(bus.Http, "a");
        var channel = await caller.CreateAsync("lane");

        var trace = folder.File("trace");
        using (var tracer = await AttachAsync(bus.ProcessId, trace))
        {
            for (var i = 0; i < Posts; i++)
            {
                await caller.PostAsync(channel, $"task {i}");
            }

            await ProcessSignals.SendAsync(tracer.Id, "INT");
            await tracer.WaitForExitAsync().Within();
        }

        var lines = await File.ReadAllLinesAsync(trace);
        Assert.Equal(Posts, lines.Count(static line => line.Contains("pwrite64(", StringComparison.Ordinal)));
        var calls = lines.Where(line => line.Contains("sync(", StringComparison.Ordinal)).ToList();
        Assert.Equal(Posts, calls.Count);
        Assert.All(calls, call => Assert.Contains("fdatasync(", call, StringComparison.Ordinal));
    }

    private static async Task<Process> AttachAsync(int processId, string output)
    {
        var tracer = Process.Start(new ProcessStartInfo(
            "strace", ["-f", "-e", "trace=fsync,fdatasync,pwrite64", "-o", output, "-p", $"{processId}"]) { RedirectStandardError = true })!;
        var line = await tracer.StandardError.ReadLineAsync().Within();
        Assert.Contains("attached", line, StringComparison.Ordinal);
        _ = tracer.StandardError.ReadToEndAsync();
        return tracer;
    }
}
