using System.Net.Http;
using System.Security.Cryptography;
using System.Text.Json;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Bus.Endpoints;

public sealed class FileEndpointsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(FileStore.PartBytes - 1)]
    [InlineData(FileStore.PartBytes)]
    [InlineData(FileStore.PartBytes + 1)]
    [InlineData(10_000_000)]
    [InlineData(Limits.MaxFileBytes)]
    public async Task A_file_comes_back_byte_for_byte_to_whoever_reads_the_message(int length)
    {
        await using var bus = await TestBus.StartAsync();
        var (poster, reader) = (await BusCaller.MintAsync(bus, "a"), await BusCaller.MintAsync(bus, "b"));
        var content = RandomNumberGenerator.GetBytes(length);
        var posted = await poster.PostWithFilesAsync(await poster.CreateAsync("lane"), await poster.UploadAsync(content, "data.bin"));

        var (status, received) = await reader.DownloadAsync(PathOf(posted));

        Assert.Equal((201, 200), (posted.Status, status));
        Assert.Equal(content, received);
    }

    [Fact]
    public async Task A_body_in_chunks_is_a_file_like_one_with_a_length()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var content = RandomNumberGenerator.GetBytes(700_000);

        var uploaded = await caller.PutAsync("/v1/files", new ChunkedContent(content));

        Assert.Equal((201, 700_000, Convert.ToHexStringLower(SHA256.HashData(content))), (uploaded.Status, uploaded.Json.GetProperty("bytes").GetInt32(), uploaded.Text("sha256")));
    }

    [Fact]
    public async Task Bytes_that_two_keys_upload_are_stored_once_and_each_may_name_them()
    {
        await using var bus = await TestBus.StartAsync();
        var (a, b) = (await BusCaller.MintAsync(bus, "a"), await BusCaller.MintAsync(bus, "b"));
        var content = RandomNumberGenerator.GetBytes(600_000);

        var first = await a.PostWithFilesAsync(await a.CreateAsync("one"), await a.UploadAsync(content));
        var second = await b.PostWithFilesAsync(await b.CreateAsync("two"), await b.UploadAsync(content));

        Assert.Equal((201, 201), (first.Status, second.Status));
        Assert.Equal(1, DatabaseFile.QueryInteger(bus.DatabasePath, "SELECT count(*) FROM files WHERE sha256 < 'g'"));
        Assert.Equal(content, (await a.DownloadAsync(PathOf(second))).Content);
    }

    [Fact]
    public async Task A_guessed_hash_of_a_strangers_file_is_answered_as_one_that_nobody_has()
    {
        await using var bus = await TestBus.StartAsync();
        var (owner, stranger) = (await BusCaller.MintAsync(bus, "a"), await BusCaller.MintAsync(bus, "b"));
        var (secret, named) = (await owner.UploadAsync([1, 2, 3]), await owner.UploadAsync([4, 5, 6]));
        await owner.PostWithFilesAsync(await RestrictedAsync(owner), named);
        var lane = await stranger.CreateAsync("lane");
        var unknown = $$"""{"name":"a.txt","bytes":3,"sha256":"{{new string('0', 64)}}"}""";

        var answers = new[] { await stranger.PostWithFilesAsync(lane, unknown), await stranger.PostWithFilesAsync(lane, secret), await stranger.PostWithFilesAsync(lane, named) };

        Assert.All(answers, answer => Assert.Equal((422, "invalid_file", answers[0].Text("message")), (answer.Status, answer.Text("error"), answer.Text("message"))));
        Assert.Equal(0, Listed(await stranger.SendAsync("GET", $"/v1/channels/{lane}/messages")).GetArrayLength());
    }

    [Fact]
    public async Task A_wrong_length_is_answered_like_unknown_bytes()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var file = await caller.UploadAsync([1, 2, 3]);

        var answer = await caller.PostWithFilesAsync(await caller.CreateAsync("lane"), file.Replace("\"bytes\":3", "\"bytes\":4", StringComparison.Ordinal));

        Assert.Equal((422, "invalid_file"), (answer.Status, answer.Text("error")));
    }

    [Fact]
    public async Task Who_may_read_a_file_may_name_it_without_an_upload_of_its_own()
    {
        await using var bus = await TestBus.StartAsync();
        var (owner, reader) = (await BusCaller.MintAsync(bus, "a"), await BusCaller.MintAsync(bus, "b"));
        var file = await owner.UploadAsync([1, 2, 3]);
        await owner.PostWithFilesAsync(await owner.CreateAsync("open"), file);

        var forwarded = await reader.PostWithFilesAsync(await reader.CreateAsync("other"), file);

        Assert.Equal(201, forwarded.Status);
        Assert.Equal([1, 2, 3], (await reader.DownloadAsync(PathOf(forwarded))).Content);
    }

    [Fact]
    public async Task Who_may_not_read_the_message_gets_none_of_its_files()
    {
        await using var bus = await TestBus.StartAsync();
        var (owner, stranger) = (await BusCaller.MintAsync(bus, "a"), await BusCaller.MintAsync(bus, "b"));
        var posted = await owner.PostWithFilesAsync(await RestrictedAsync(owner), await owner.UploadAsync([1]));
        var other = await owner.UploadAsync([2]);

        var refused = await stranger.SendAsync("GET", PathOf(posted));
        var notOfIt = await owner.SendAsync("GET", PathOf(posted)[..^64] + JsonDocument.Parse(other).RootElement.Text("sha256"));
        var noMessage = await owner.SendAsync("GET", $"/v1/messages/{Guid.NewGuid()}/files/{new string('0', 64)}");

        Assert.Equal((403, "channel_access_denied"), (refused.Status, refused.Text("error")));
        Assert.Equal((404, "file_not_found"), (notOfIt.Status, notOfIt.Text("error")));
        Assert.Equal((404, "message_not_found"), (noMessage.Status, noMessage.Text("error")));
    }

    [Fact]
    public async Task An_upload_may_be_named_for_an_hour()
    {
        var time = new SignallingTimeProvider();
        await using var bus = await TestBus.StartAsync(options => options, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        var lane = await caller.CreateAsync("lane");
        var file = await caller.UploadAsync([1, 2, 3]);
        time.Advance(TimeSpan.FromMinutes(59));
        var early = await caller.UploadAsync([4]);
        time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal((422, 201), ((await caller.PostWithFilesAsync(lane, file)).Status, (await caller.PostWithFilesAsync(lane, early)).Status));
    }

    [Theory]
    [InlineData(false, 300_000)]
    [InlineData(true, 300_000)]
    [InlineData(false, 5_000_000)]
    [InlineData(true, 5_000_000)]
    public async Task A_file_above_the_limit_is_refused_with_the_limit_and_leaves_nothing(bool chunked, int length)
    {
        await using var bus = await TestBus.StartAsync(options => options with { MaxFileBytes = 270_000 });
        var caller = await BusCaller.MintAsync(bus, "a");
        var content = new byte[length];

        // The sender of far too much may find the connection closed; it has to be told all the same where it waits for the answer.
        var answer = length < 1_000_000 ? await caller.PutAsync("/v1/files", chunked ? new ChunkedContent(content) : new ByteArrayContent(content)) : await TryAsync();

        Assert.True(answer is null || (answer.Status == 413 && answer.Text("error") == "file_too_large" && answer.Json.GetProperty("max_file_bytes").GetInt32() == 270_000));
        Assert.Equal((0, 0), (DatabaseFile.QueryInteger(bus.DatabasePath, "SELECT count(*) FROM files"), DatabaseFile.QueryInteger(bus.DatabasePath, "SELECT count(*) FROM file_parts")));

        async Task<BusAnswer?> TryAsync()
        {
            try
            {
                return await caller.PutAsync("/v1/files", chunked ? new ChunkedContent(content) : new ByteArrayContent(content));
            }
            catch (HttpRequestException)
            {
                return null;
            }
        }
    }

    [Fact]
    public async Task A_key_above_its_quota_is_refused_also_for_bytes_that_another_key_stored()
    {
        await using var bus = await TestBus.StartAsync(options => options with { FileQuotaBytes = 1_000 });
        var (a, b) = (await BusCaller.MintAsync(bus, "a"), await BusCaller.MintAsync(bus, "b"));
        await a.UploadAsync(new byte[600]);
        await b.UploadAsync(RandomNumberGenerator.GetBytes(600));
        var again = await a.PutAsync("/v1/files", new ByteArrayContent(new byte[300]));

        var shared = await b.PutAsync("/v1/files", new ByteArrayContent(new byte[600]));

        Assert.Equal(201, again.Status);
        Assert.Equal((429, "file_quota_exceeded", 1_000), (shared.Status, shared.Text("error"), shared.Json.GetProperty("max_bytes").GetInt32()));
        Assert.Equal((3_600, "3600"), (shared.Json.GetProperty("retry_after").GetInt32(), shared.Header("Retry-After")));
    }

    [Fact]
    public async Task The_same_bytes_of_one_key_count_once()
    {
        await using var bus = await TestBus.StartAsync(options => options with { FileQuotaBytes = 1_000 });
        var caller = await BusCaller.MintAsync(bus, "a");
        var statuses = new List<int>();
        for (var i = 0; i < 4; i++)
        {
            statuses.Add((await caller.PutAsync("/v1/files", new ByteArrayContent(new byte[400]))).Status);
        }

        Assert.All(statuses, static status => Assert.Equal(201, status));
    }

    [Fact]
    public async Task A_file_that_is_only_read_counts_once_it_is_named()
    {
        await using var bus = await TestBus.StartAsync(options => options with { FileQuotaBytes = 1_000 });
        var (a, b) = (await BusCaller.MintAsync(bus, "a"), await BusCaller.MintAsync(bus, "b"));
        var file = await a.UploadAsync(new byte[600]);
        await a.PostWithFilesAsync(await a.CreateAsync("one"), file);
        await b.UploadAsync(RandomNumberGenerator.GetBytes(600));

        var forwarded = await b.PostWithFilesAsync(await b.CreateAsync("two"), file);

        Assert.Equal((429, "file_quota_exceeded"), (forwarded.Status, forwarded.Text("error")));
    }

    [Fact]
    public async Task The_number_of_files_of_a_key_and_the_bytes_of_all_keys_are_limited_too()
    {
        await using var bus = await TestBus.StartAsync(options => options with { FileQuotaCount = 2, MaxFileStoreBytes = 1_000 });
        var (a, b) = (await BusCaller.MintAsync(bus, "a"), await BusCaller.MintAsync(bus, "b"));
        await a.UploadAsync([1]);
        await a.UploadAsync([2]);

        var third = await a.PutAsync("/v1/files", new ByteArrayContent([3]));
        var large = await b.PutAsync("/v1/files", new ByteArrayContent(new byte[999]));

        Assert.Equal((429, "file_quota_exceeded", 2), (third.Status, third.Text("error"), third.Json.GetProperty("max_files").GetInt32()));
        Assert.Equal((429, "file_quota_exceeded"), (large.Status, large.Text("error")));
    }

    [Fact]
    public async Task Uploads_that_are_announced_and_not_sent_shut_out_nobody()
    {
        await using var bus = await TestBus.StartAsync(options => options with { FileQuotaBytes = 500_000, MaxFileStoreBytes = 1_000_000 });
        var (other, announced) = (await BusCaller.MintAsync(bus, "other"), new List<PausedUpload>());
        foreach (var label in (string[])["a", "b", "c"])
        {
            announced.Add(await PausedUpload.StartAsync(bus, await BusCaller.MintAsync(bus, label), 400_000, sent: 0));
        }

        var uploaded = await other.PutAsync("/v1/files", new ByteArrayContent(new byte[300_000]));

        Assert.Equal(201, uploaded.Status);
        Assert.Equal(201, (await announced[0].EndAsync().Within()).Status);
        Assert.Equal(429, (await announced[1].EndAsync().Within()).Status);
        Assert.Equal(429, (await announced[2].EndAsync().Within()).Status);
    }

    [Fact]
    public async Task Uploads_of_a_key_that_send_nothing_do_not_take_its_quota_from_the_one_that_sends()
    {
        await using var bus = await TestBus.StartAsync(options => options with { FileQuotaBytes = 500_000, FileQuotaCount = 1 });
        var caller = await BusCaller.MintAsync(bus, "a");
        var (first, second) = (await PausedUpload.StartAsync(bus, caller, 400_000, sent: 0), await PausedUpload.StartAsync(bus, caller, 400_000, sent: 0));

        var sent = await first.EndAsync().Within();
        var late = await second.EndAsync().Within();

        Assert.Equal((201, 429), (sent.Status, late.Status));
    }

    [Fact]
    public async Task An_upload_under_way_counts_as_announced_for_its_key_and_as_it_came_in_for_all()
    {
        await using var bus = await TestBus.StartAsync(options => options with { FileQuotaBytes = 500_000, MaxFileStoreBytes = 600_000 });
        var (slow, other) = (await BusCaller.MintAsync(bus, "slow"), await BusCaller.MintAsync(bus, "other"));
        var upload = await PausedUpload.StartAsync(bus, slow, 400_000, sent: FileStore.PartBytes);
        for (var deadline = Deadline.Token(); !deadline.IsCancellationRequested && Parts() == 0;)
        {
            await slow.SendAsync("GET", "/health");
        }

        var ofTheSame = await slow.PutAsync("/v1/files", new ByteArrayContent(new byte[110_000]));
        var fitting = await other.PutAsync("/v1/files", new ByteArrayContent(new byte[300_000]));
        var tooMuch = await other.PutAsync("/v1/files", new ByteArrayContent(new byte[50_000]));
        var ended = await upload.EndAsync().Within();

        Assert.Equal((429, 201, 429, 429), (ofTheSame.Status, fitting.Status, tooMuch.Status, ended.Status));
        Assert.Equal(2, Parts());

        long Parts() => DatabaseFile.QueryInteger(bus.DatabasePath, "SELECT count(*) FROM file_parts");
    }

    [Theory]
    [InlineData("""{"name":"a","bytes":1}""")]
    [InlineData("""{"name":"","bytes":1,"sha256":"0000000000000000000000000000000000000000000000000000000000000000"}""")]
    [InlineData("""{"name":"a","bytes":-1,"sha256":"0000000000000000000000000000000000000000000000000000000000000000"}""")]
    [InlineData("""{"name":"a","bytes":1,"sha256":"incoming:bck_1:00000000000000000000000000000000000000000000000000"}""")]
    [InlineData("""{"name":"a","bytes":1,"media_type":"x","sha256":"0000000000000000000000000000000000000000000000000000000000000000"}""")]
    [InlineData("7")]
    public async Task A_file_that_is_not_of_the_contracts_form_is_refused(string file)
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");

        var answer = await caller.PostWithFilesAsync(await caller.CreateAsync("lane"), file);

        Assert.Equal((422, "invalid_file"), (answer.Status, answer.Text("error")));
    }

    [Fact]
    public async Task Ten_files_are_the_most_that_a_message_names()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var lane = await caller.CreateAsync("lane");
        var file = await caller.UploadAsync([1]);

        var ten = await caller.PostWithFilesAsync(lane, [.. Enumerable.Repeat(file, 10)]);
        var eleven = await caller.PostWithFilesAsync(lane, [.. Enumerable.Repeat(file, 11)]);

        Assert.Equal((201, 422), (ten.Status, eleven.Status));
        Assert.Equal(10, ten.Json.GetProperty("message").GetProperty("files").GetArrayLength());
    }

    [Fact]
    public async Task Names_are_stored_as_safe_names_and_shown_where_the_message_is_shown()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var lane = await caller.CreateAsync("lane");
        var posted = await caller.PostWithFilesAsync(lane, await caller.UploadAsync([1], """../.ssh/.id\u202e_rsa"""));
        await caller.PostAsync(lane, "plain");

        var listed = Listed(await caller.SendAsync("GET", $"/v1/channels/{lane}/messages"));
        var read = await caller.SendAsync("GET", $"/v1/messages/{posted.Json.GetProperty("message").Text("id")}");

        Assert.Equal("id__rsa", Assert.Single(listed[0].GetProperty("files").EnumerateArray()).Text("name"));
        Assert.Equal("id__rsa", Assert.Single(read.Json.GetProperty("task").GetProperty("files").EnumerateArray()).Text("name"));
        Assert.False(listed[1].TryGetProperty("files", out _));
    }

    [Fact]
    public async Task A_broadcast_names_files_too()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");

        var posted = await caller.PostWithFilesAsync(await caller.CreateAsync("news", "broadcast"), await caller.UploadAsync([1]));

        Assert.Equal(201, posted.Status);
        Assert.Equal([1], (await caller.DownloadAsync(PathOf(posted))).Content);
    }

    [Fact]
    public async Task A_result_names_its_files_and_a_repetition_with_others_is_refused()
    {
        await using var bus = await TestBus.StartAsync();
        var (poster, worker) = (await BusCaller.MintAsync(bus, "a"), await BusCaller.MintAsync(bus, "b"));
        var task = await poster.PostAsync(await poster.CreateAsync("lane"), "work");
        await worker.SendAsync("POST", $"/v1/messages/{task}/claim-with-lease", """{"session":"0123456789abcdef0123456789abcdef"}""");
        var (report, other) = (await worker.UploadAsync([1], "report.txt"), await worker.UploadAsync([2], "other.txt"));

        var done = await FinishAsync(report);
        var repeated = await FinishAsync(report);
        var changed = await FinishAsync(other);

        Assert.Equal(("acknowledged", "already_acknowledged"), (done.Text("status"), repeated.Text("status")));
        Assert.Equal((409, "already_acknowledged"), (changed.Status, changed.Text("error")));
        var result = Assert.Single(Listed(await poster.SendAsync("GET", $"/v1/channels/{done.Text("result_channel")}/messages")).EnumerateArray());
        Assert.Equal("report.txt", Assert.Single(result.GetProperty("files").EnumerateArray()).Text("name"));

        Task<BusAnswer> FinishAsync(string file) => worker.SendAsync(
            "POST",
            $"/v1/messages/{task}/finish",
            $$"""{"session":"0123456789abcdef0123456789abcdef","outcome":"acknowledged","result":"done","files":[{{file}}]}""");
    }

    [Fact]
    public async Task A_finish_with_bytes_that_the_key_may_not_name_changes_nothing()
    {
        await using var bus = await TestBus.StartAsync();
        var worker = await BusCaller.MintAsync(bus, "b");
        var task = await worker.PostAsync(await worker.CreateAsync("lane"), "work");
        await worker.SendAsync("POST", $"/v1/messages/{task}/claim-with-lease", """{"session":"0123456789abcdef0123456789abcdef"}""");

        var refused = await worker.SendAsync(
            "POST",
            $"/v1/messages/{task}/finish",
            $$"""{"session":"0123456789abcdef0123456789abcdef","outcome":"acknowledged","result":"done","files":[{"name":"a","bytes":1,"sha256":"{{new string('0', 64)}}"}]}""");

        Assert.Equal((422, "invalid_file"), (refused.Status, refused.Text("error")));
        Assert.Equal("claimed", (await worker.SendAsync("GET", $"/v1/messages/{task}")).Json.GetProperty("task").Text("state"));
    }

    [Fact]
    public async Task A_key_that_may_neither_post_nor_acknowledge_uploads_nothing()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        await caller.SendAsync("PATCH", "/v1/keys/me/scopes", """{"scopes":["messages:read"]}""");
        await caller.SendAsync("PUT", "/v1/keys/me/scopes", """{"scopes":["messages:read"]}""");

        var refused = await caller.PutAsync("/v1/files", new ByteArrayContent([1]));

        Assert.Equal((403, "insufficient_scope"), (refused.Status, refused.Text("error")));
    }

    [Fact]
    public async Task Files_of_archived_messages_are_read_like_the_history_and_named_in_it()
    {
        await using var bus = await TestBus.StartAsync();
        var (poster, reader) = (await BusCaller.MintAsync(bus, "a"), await BusCaller.MintAsync(bus, "b"));
        var lane = await poster.CreateAsync("lane");
        var posted = await poster.PostWithFilesAsync(lane, await poster.UploadAsync([1, 2]));
        await poster.SendAsync("DELETE", $"/v1/messages/{posted.Json.GetProperty("message").Text("id")}");

        var history = Listed(await reader.SendAsync("GET", $"/v1/channels/{lane}/history"));

        Assert.Equal("a.txt", Assert.Single(Assert.Single(history.EnumerateArray()).GetProperty("files").EnumerateArray()).Text("name"));
        Assert.Equal([1, 2], (await reader.DownloadAsync(PathOf(posted))).Content);
    }

    private static async Task<string> RestrictedAsync(BusCaller caller) =>
        (await caller.SendAsync("POST", "/v1/channels", """{"name":"closed","mode":"claimable","access":"restricted"}""")).Text("id");

    private static JsonElement Listed(BusAnswer answer) => answer.Json.GetProperty("data");

    private static string PathOf(BusAnswer posted)
    {
        var message = posted.Json.GetProperty("message");
        return $"/v1/messages/{message.Text("id")}/files/{message.GetProperty("files")[0].Text("sha256")}";
    }

    /// <summary>An upload with a length that stops after its first bytes.</summary>
    private sealed class PausedUpload(int length, int sent) : HttpContent
    {
        private readonly TaskCompletionSource paused = new(), end = new();
        private Task<BusAnswer> answer = null!;

        /// <returns>The upload, once the bus reads its body and the first bytes are on their way.</returns>
        public static async Task<PausedUpload> StartAsync(TestBus bus, BusCaller caller, int length, int sent)
        {
            var upload = new PausedUpload(length, sent);
            upload.answer = upload.SendAsync(bus, caller);
            await Task.WhenAny(upload.paused.Task, upload.answer).Within();
            return upload;
        }

        /// <summary>Sends the rest.</summary>
        public Task<BusAnswer> EndAsync()
        {
            end.TrySetResult();
            return answer;
        }

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            await stream.WriteAsync(new byte[sent]);
            await stream.FlushAsync();
            paused.TrySetResult();
            await end.Task;
            await stream.WriteAsync(new byte[length - sent]);
        }

        protected override bool TryComputeLength(out long bytes)
        {
            bytes = length;
            return true;
        }

        private async Task<BusAnswer> SendAsync(TestBus bus, BusCaller caller)
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, bus.BaseUrl + "/v1/files") { Content = this };
            request.Headers.Add("X-API-Key", caller.Key);

            // The body begins only when the bus asks for it.
            request.Headers.ExpectContinue = true;
            using var response = await bus.Http.SendAsync(request);
            return new BusAnswer((int)response.StatusCode, await response.Content.ReadAsStringAsync());
        }
    }

    /// <summary>A body without a length.</summary>
    private sealed class ChunkedContent(byte[] content) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) => stream.WriteAsync(content).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
