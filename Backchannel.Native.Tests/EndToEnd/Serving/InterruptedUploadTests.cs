using System.Net.Http;
using System.Security.Cryptography;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.EndToEnd.Serving;

/// <summary>Uploads and notes that a kill or a full disk ends in the middle: nothing of them is kept, and what was kept before stays.</summary>
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

    [SmallDiskFact]
    public async Task A_file_that_would_fill_the_disk_is_refused_and_the_bus_goes_on_and_starts_again()
    {
        using var disk = new SmallDisk(megabytes: 24);
        await using var bus = await ServedBus.StartAsync(Path.Combine(disk.Path, "bus.db"));
        var caller = await BusCaller.MintAsync(bus.Http, "a");
        var lane = await caller.CreateAsync("lane");

        var refused = await caller.PutAsync("/v1/files", new ByteArrayContent(RandomNumberGenerator.GetBytes(16 * 1024 * 1024)));
        var posted = await caller.PostAsync(lane, "x");
        await bus.StopAsync();
        await bus.StartAgainAsync();

        Assert.Equal((503, "storage_unavailable"), (refused.Status, refused.Text("error")));
        Assert.Equal(200, (await caller.SendAsync("GET", $"/v1/messages/{posted}")).Status);
    }

    [SmallDiskFact]
    public async Task An_upload_ends_before_the_disk_is_full_and_its_parts_are_removed()
    {
        using var disk = new SmallDisk(megabytes: 120);
        await using var bus = await ServedBus.StartAsync(Path.Combine(disk.Path, "bus.db"));
        var caller = await BusCaller.MintAsync(bus.Http, "a");
        var lane = await caller.CreateAsync("lane");
        var half = new HalfContent(RandomNumberGenerator.GetBytes(12_000_000));
        var upload = caller.PutAsync("/v1/files", half);
        await UntilAsync(() => DatabaseFile.QueryInteger(bus.DatabasePath, "SELECT count(*) FROM file_parts") >= 4);

        await File.WriteAllBytesAsync(Path.Combine(disk.Path, "filler"), new byte[80 * 1024 * 1024]);
        half.GoOn();
        var refused = await upload.Within();
        var posted = await caller.PostAsync(lane, "x");

        Assert.Equal((503, "storage_unavailable"), (refused.Status, refused.Text("error")));
        Assert.Equal(0, DatabaseFile.QueryInteger(bus.DatabasePath, Stored));
        Assert.Equal(200, (await caller.SendAsync("GET", $"/v1/messages/{posted}")).Status);
    }

    [SmallDiskFact]
    public async Task A_disk_that_is_full_in_mid_note_is_told_and_the_task_has_the_notes_that_were_acknowledged()
    {
        using var disk = new SmallDisk(megabytes: 6);
        var filler = Path.Combine(disk.Path, "filler");
        await File.WriteAllBytesAsync(filler, new byte[4 * 1024 * 1024]);
        await using var bus = await ServedBus.StartAsync(Path.Combine(disk.Path, "bus.db"));
        var caller = await BusCaller.MintAsync(bus.Http, "a");
        var lane = await caller.CreateAsync("lane");
        var claim = (Id: await caller.PostAsync(lane, "x"), Session: "a-secret-of-one-process");
        await caller.SendAsync("POST", $"/v1/messages/{claim.Id}/claim-with-lease", $$"""{"actor":"w","session":"{{claim.Session}}","lease_seconds":3600}""");

        // 200 notes are the most of a task, so each task takes some.
        var kept = new Dictionary<string, List<string>>();
        BusAnswer refused;
        for (var number = 0; ; number++)
        {
            var (task, text) = (number % 150 == 0 && number > 0 ? await caller.PostAsync(lane, "y") : kept.Keys.LastOrDefault() ?? claim.Id, $"{number} {new string('x', 3_900)}");
            refused = await NoteAsync(caller, task, text);
            if (refused.Status != 201)
            {
                break;
            }

            (kept.TryGetValue(task, out var notes) ? notes : kept[task] = []).Add(text);
        }

        var progress = await caller.SendAsync("POST", $"/v1/messages/{claim.Id}/notes", $$"""{"kind":"progress","percent":40,"text":"{{new string('p', 3_900)}}","session":"{{claim.Session}}"}""");
        File.Delete(filler);
        var later = await NoteAsync(caller, claim.Id, "there is room again");
        kept[claim.Id].Add("there is room again");
        await bus.StopAsync();
        await bus.StartAgainAsync();

        Assert.Equal((503, "storage_unavailable"), (refused.Status, refused.Text("error")));
        Assert.Equal((503, 201), (progress.Status, later.Status));
        foreach (var (task, texts) in kept)
        {
            var view = (await caller.SendAsync("GET", $"/v1/messages/{task}")).Json.GetProperty("task");
            Assert.Equal(texts, view.GetProperty("notes").EnumerateArray().Select(static note => note.Text("text")));
            Assert.False(view.TryGetProperty("progress", out _));
        }

        Assert.Equal("ok", DatabaseFile.CheckIntegrity(bus.DatabasePath));
    }

    private static Task<BusAnswer> NoteAsync(BusCaller caller, string task, string text) =>
        caller.SendAsync("POST", $"/v1/messages/{task}/notes", $$"""{"kind":"comment","text":"{{text}}"}""");

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
