using System.Net.Http;
using System.Security.Cryptography;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.EndToEnd.Serving;

/// <summary>Uploads to the published file that a kill or a full disk ends in the middle: nothing of them is kept, and what was kept before stays.</summary>
public sealed class InterruptedUploadTests
{
    private const string Stored = "SELECT (SELECT count(*) FROM files) + (SELECT count(*) FROM file_parts)";

    [Fact]
    public async Task A_bus_that_is_killed_in_mid_upload_forgets_the_parts_and_takes_the_file_again()
    {
        using var folder = new TemporaryFolder();
        await using var bus = await ServedBus.StartAsync(folder.File("bus.db"));
        var caller = await BusCaller.MintAsync(bus.Http, "a");
        var content = RandomNumberGenerator.GetBytes(3_000_000);
        var kept = await caller.PostWithFilesAsync(await caller.CreateAsync("lane"), await caller.UploadAsync([1, 2, 3]));
        var half = new HalfContent(content);
        var upload = caller.PutAsync("/v1/files", half);
        await UntilAsync(() => DatabaseFile.QueryInteger(bus.DatabasePath, "SELECT count(*) FROM file_parts") >= 4);

        await bus.KillAsync();
        half.GoOn();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => upload).Within();
        await bus.StartAgainAsync();
        await UntilAsync(() => DatabaseFile.QueryInteger(bus.DatabasePath, Stored) == 2);
        var again = await caller.PostWithFilesAsync(await caller.CreateAsync("other"), await caller.UploadAsync(content));

        Assert.Equal([1, 2, 3], (await caller.DownloadAsync(PathOf(kept))).Content);
        Assert.Equal(content, (await caller.DownloadAsync(PathOf(again))).Content);
    }

    [SmallDiskFact]
    public async Task A_disk_that_is_full_in_mid_upload_is_told_and_nothing_is_kept()
    {
        using var disk = new SmallDisk(megabytes: 40);
        var filler = Path.Combine(disk.Path, "filler");
        await File.WriteAllBytesAsync(filler, new byte[28 * 1024 * 1024]);
        await using var bus = await ServedBus.StartAsync(Path.Combine(disk.Path, "bus.db"));
        var caller = await BusCaller.MintAsync(bus.Http, "a");
        var lane = await caller.CreateAsync("lane");

        var refused = await caller.PutAsync("/v1/files", new ByteArrayContent(RandomNumberGenerator.GetBytes(12_000_000)));
        File.Delete(filler);
        var kept = await caller.PostWithFilesAsync(lane, await caller.UploadAsync([1, 2, 3]));
        await bus.StopAsync();
        await bus.StartAgainAsync();
        await UntilAsync(() => DatabaseFile.QueryInteger(bus.DatabasePath, Stored) == 2);

        Assert.Equal((503, "storage_unavailable"), (refused.Status, refused.Text("error")));
        Assert.Equal([1, 2, 3], (await caller.DownloadAsync(PathOf(kept))).Content);
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        var deadline = Deadline.Token();
        while (!isSo())
        {
            deadline.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static string PathOf(BusAnswer posted)
    {
        var message = posted.Json.GetProperty("message");
        return $"/v1/messages/{message.Text("id")}/files/{message.GetProperty("files")[0].Text("sha256")}";
    }

    /// <summary>A body that stops in its middle until it is told to go on.</summary>
    private sealed class HalfContent(byte[] content) : HttpContent
    {
        private readonly TaskCompletionSource goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void GoOn() => goOn.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            await stream.WriteAsync(content.AsMemory(0, content.Length / 2));
            await stream.FlushAsync();
            await goOn.Task;
            await stream.WriteAsync(content.AsMemory(content.Length / 2));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = content.Length;
            return true;
        }
    }
}
