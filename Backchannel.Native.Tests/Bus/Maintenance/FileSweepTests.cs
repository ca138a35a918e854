using Backchannel.Native.Bus.Maintenance;
using Backchannel.Native.Bus.Memory;
using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Tests.Bus.Maintenance;

public sealed class FileSweepTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly SignallingTimeProvider time = new();
    private readonly BusDatabase database;
    private readonly FileUploads uploads;
    private readonly FileSweep sweep;
    private readonly ApiKeyRecord key = new("bck_1", [1], "owner", true, null);

    public FileSweepTests()
    {
        database = BusDatabase.Open(folder.File("bus.db"), time, static _ => { });
        var options = new BusOptions { DatabasePath = "" };
        var underWay = new UploadsUnderWay(options, database.IsShared);
        uploads = new FileUploads(options, database, underWay);
        sweep = new FileSweep(database, underWay, time);
    }

    public void Dispose()
    {
        database.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task An_upload_that_no_message_names_goes_after_an_hour()
    {
        await UploadAsync(new byte[3_000_000]);
        await sweep.RunAsync(default);
        var atOnce = await CountAsync("file_parts");
        time.Advance(FileStore.UploadLife + TimeSpan.FromSeconds(1));

        await sweep.RunAsync(default);

        Assert.Equal((12, 0, 0, 0), (atOnce, await CountAsync("file_parts"), await CountAsync("files"), await CountAsync("uploads")));
    }

    [Fact]
    public async Task A_file_stays_while_one_message_names_it_and_goes_with_the_last()
    {
        var file = await UploadAsync(new byte[10]);
        await NameAsync(message: 1, file.Sha256);
        await NameAsync(message: 2, file.Sha256);
        time.Advance(FileStore.UploadLife + TimeSpan.FromSeconds(1));
        await sweep.RunAsync(default);
        await ExecuteAsync("DELETE FROM messages WHERE created_at = 1");
        await sweep.RunAsync(default);
        var withOne = await CountAsync("files");
        await ExecuteAsync("DELETE FROM messages WHERE created_at = 2");

        await sweep.RunAsync(default);

        Assert.Equal((1, 0, 0), (withOne, await CountAsync("files"), await CountAsync("file_parts")));
    }

    [Fact]
    public async Task A_file_of_an_archived_message_stays_until_the_history_forgets_it()
    {
        var file = await UploadAsync(new byte[10]);
        await NameAsync(message: 1, file.Sha256);
        time.Advance(FileStore.UploadLife + TimeSpan.FromSeconds(1));
        await database.Writes.RunAsync(context =>
        {
            context.Storage.Archive.Move(1, retracted: false, context.Now);
            return true;
        });
        await sweep.RunAsync(default);
        var archived = await CountAsync("files");
        await ExecuteAsync("DELETE FROM archive");

        await sweep.RunAsync(default);

        Assert.Equal((1, 0), (archived, await CountAsync("files")));
    }

    [Fact]
    public async Task What_a_killed_bus_left_of_an_upload_goes_and_an_upload_under_way_stays()
    {
        await database.Writes.RunAsync(context =>
        {
            context.Storage.Files.AddPart(context.Storage.Files.Begin(FileStore.IncomingName("bck_2", 600_000, context.Now)), 0, new byte[FileStore.PartBytes]);
            return true;
        });
        var rest = new TaskCompletionSource<int>();
        var part = 0;
        var running = uploads.ReceiveAsync(key, 300_000, _ => part++ == 0 ? ValueTask.FromResult(FileStore.PartBytes) : new(rest.Task));
        var before = await CountAsync("files");

        await sweep.RunAsync(default);
        var kept = await CountAsync("files");
        rest.SetResult(300_000 - FileStore.PartBytes);
        await running.Within();

        Assert.Equal((2, 1), (before, kept));
        Assert.Equal((1, 2), (await CountAsync("files"), await CountAsync("file_parts")));
    }

    [Fact]
    public async Task An_upload_whose_sender_goes_leaves_nothing()
    {
        var part = 0;

        await Assert.ThrowsAsync<IOException>(() =>
            uploads.ReceiveAsync(key, 600_000, _ => part++ < 2 ? ValueTask.FromResult(FileStore.PartBytes) : throw new IOException("gone")));

        Assert.Equal((0, 0), (await CountAsync("files"), await CountAsync("file_parts")));
    }

    [Fact]
    public async Task The_second_copy_of_known_bytes_goes_at_once()
    {
        await UploadAsync(new byte[500_000]);
        await UploadAsync(new byte[500_000]);

        // Behind the removal.
        await database.Writes.RunAsync(static _ => true);

        Assert.Equal(500_000, (await database.ReadAsync(storage => storage.Files.UsageOf("bck_1", Instant.Now(time)))).Bytes);
        Assert.Equal((1, 2), (await CountAsync("files"), await CountAsync("file_parts")));
    }

    private async Task<Native.Wire.UploadedFile> UploadAsync(byte[] content)
    {
        using var stream = new MemoryStream(content);
        return await uploads.ReceiveAsync(key, content.Length, async buffer => await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false));
    }

    private async Task NameAsync(long message, string sha256)
    {
        await ExecuteAsync($"INSERT INTO messages (created_at, salt, channel, content, expires_at) VALUES ({message}, 0, 1, '', 1)");
        await database.Writes.RunAsync(context =>
        {
            context.Storage.Files.Name(message, 0, context.Storage.Files.Find(sha256)!.Value, "a", null, "bck_1");
            return true;
        });
    }

    private Task<bool> ExecuteAsync(string sql) => database.Writes.RunAsync(context =>
    {
        context.Storage.Connection.Execute(sql);
        return true;
    });

    private async Task<long> CountAsync(string table) => await database.ReadAsync(storage => storage.Connection.QueryInteger($"SELECT count(*) FROM {table}"));
}
