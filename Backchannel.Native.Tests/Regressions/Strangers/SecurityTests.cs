using System.Text;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Regressions.Strangers;

/// <summary>What a bus keeps to itself, and what it takes from others.</summary>
public sealed class SecurityTests
{
    [Fact]
    public async Task No_key_and_no_admin_token_is_in_any_file_or_in_the_log()
    {
        const string Token = "the-admin-token";
        await using var bus = await TestBus.StartAsync(options => options with { AdminToken = Token });
        var caller = await BusCaller.MintAsync(bus, "a");
        var byAdmin = await new BusCaller(bus, "", "").SendAsync("POST", "/v1/admin/keys", """{"agent_label":"b"}""", "k", [new("X-Admin-Token", Token)]);
        await caller.PostAsync(await caller.CreateAsync("lane"), "one");
        var secrets = new[] { caller.Key.Split('.')[1], byAdmin.Text("key").Split('.')[1], Token };

        // The lock file is held, and empty.
        var files = Directory.GetFiles(Path.GetDirectoryName(bus.DatabasePath)!)
            .Where(file => !file.EndsWith("-lock", StringComparison.Ordinal)).Select(ReadShared).ToList();

        Assert.Equal(3, files.Count);
        Assert.Contains(files, file => file.Contains(caller.KeyId, StringComparison.Ordinal));
        Assert.All(secrets, secret => Assert.All(files.Concat(bus.Log), text => Assert.DoesNotContain(secret, text, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_strangers_actor_can_neither_post_nor_claim_nor_ack_nor_get_a_webhook()
    {
        await using var bus = await TestBus.StartAsync();
        var owner = await BusCaller.MintAsync(bus, "owner");
        var thief = await BusCaller.MintAsync(bus, "thief");
        var actor = (await owner.SendAsync("POST", "/v1/actors", """{"name":"victim"}""")).Text("id");
        var channel = await owner.CreateAsync("lane");
        var message = await owner.PostAsync(channel, "one");
        await owner.SendAsync("POST", $"/v1/messages/{message}/claim", $$"""{"actor":"{{actor}}"}""");
        await owner.PostAsync(channel, "still free");

        var answers = new[]
        {
            await thief.SendAsync("POST", $"/v1/channels/{channel}/messages", $$"""{"content":"x","actor":"{{actor}}"}"""),
            await thief.SendAsync("POST", $"/v1/messages/{message}/claim", $$"""{"actor":"{{actor}}"}"""),
            await thief.SendAsync("POST", $"/v1/messages/{message}/claim-with-lease", $$"""{"actor":"{{actor}}"}"""),
            await thief.SendAsync("POST", $"/v1/messages/{message}/ack", $$"""{"actor":"{{actor}}"}"""),
            await thief.SendAsync("POST", $"/v1/messages/{message}/release", $$"""{"actor":"{{actor}}"}"""),
            await thief.SendAsync("POST", "/v1/tasks/claim", $$"""{"channel":"{{channel}}","actor":"{{actor}}"}"""),
            await thief.SendAsync("POST", "/v1/tasks/claim-and-ack", $$"""{"message_id":"{{message}}","actor":"{{actor}}"}"""),
            await thief.SendAsync("POST", $"/v1/actors/{actor}/webhook", """{"url":"https://example.com/"}"""),
            await thief.SendAsync("GET", $"/v1/actors/{actor}/webhook"),
            await thief.SendAsync("DELETE", $"/v1/actors/{actor}/webhook"),
        };

        Assert.All(answers, answer => Assert.Equal((403, "actor_forbidden"), (answer.Status, answer.Text("error"))));
    }

    [Fact]
    public async Task Secrets_of_webhooks_are_never_shown()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var created = await caller.SendAsync(
            "POST", "/v1/channels", """{"name":"lane","mode":"claimable","webhook_url":"https://hooks.example/","webhook_secret":"s3cret"}""");
        var actor = (await caller.SendAsync("POST", "/v1/actors", """{"name":"x"}""")).Text("id");
        var set = await caller.SendAsync("POST", $"/v1/actors/{actor}/webhook", """{"url":"https://hooks.example/","secret":"s3cret"}""");

        var answers = new[]
        {
            created, set, await caller.SendAsync("GET", $"/v1/channels/{created.Text("id")}"), await caller.SendAsync("GET", "/v1/channels"),
            await caller.SendAsync("GET", $"/v1/actors/{actor}"), await caller.SendAsync("GET", $"/v1/actors/{actor}/webhook"),
            await caller.SendAsync("PATCH", $"/v1/channels/{created.Text("id")}", """{"description":"x"}"""),
        };

        Assert.All(answers, answer => Assert.InRange(answer.Status, 200, 201));
        Assert.All(answers, answer => Assert.DoesNotContain("s3cret", answer.Body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_page_of_another_origin_may_read_but_never_with_the_browsers_credentials()
    {
        await using var bus = await TestBus.StartAsync();
        var stranger = new BusCaller(bus, "", "");
        KeyValuePair<string, string>[] headers = [new("Origin", "https://evil.example"), new("Cookie", "a=b")];

        var answers = new[] { await stranger.SendAsync("GET", "/health", headers: headers), await stranger.SendAsync("OPTIONS", "/v1/keys", headers: headers) };

        Assert.All(answers, answer => Assert.Equal("*", answer.Header("Access-Control-Allow-Origin")));
        Assert.All(answers, answer => Assert.Null(answer.Header("Access-Control-Allow-Credentials")));
        Assert.All(answers, answer => Assert.Null(answer.Header("Set-Cookie")));
    }

    [Fact]
    public async Task The_id_of_a_request_is_the_buss_own()
    {
        await using var bus = await TestBus.StartAsync();

        var answer = await new BusCaller(bus, "", "").SendAsync("GET", "/health", headers: [new("X-Request-Id", "mine")]);

        Assert.True(Guid.TryParse(answer.Header("X-Request-Id"), out _));
    }

    [Theory]
    [InlineData("traceparent", "a\u0001b")]
    [InlineData("traceparent", "a\u007fb")]
    [InlineData("traceparent", "a\tb")]
    [InlineData("Idempotency-Key", "a\u0001b")]
    [InlineData("Idempotency-Key", "a\u007fb")]
    [InlineData("Idempotency-Key", "a\tb")]
    public async Task A_header_that_cannot_be_given_back_is_left_out_of_an_answer_that_stands(string name, string value)
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");

        var answers = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            const string Body = """{"content":"one"}""";
            answers.Add(await RawAsync(
                bus, $"POST /v1/channels/{channel}/messages HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-API-Key: {caller.Key}\r\n{name}: {value}\r\nContent-Length: {Body.Length}\r\n\r\n{Body}"));
        }

        // Sent again it is answered from memory: by the key that was sent, or by the one that the bus made itself.
        Assert.All(answers, answer => Assert.StartsWith("HTTP/1.1 201 ", answer, StringComparison.Ordinal));
        Assert.All(answers, answer => Assert.DoesNotContain(value, answer, StringComparison.Ordinal));
        Assert.Contains("X-Idempotent-Replay: true", answers[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"name\":\"a\u00ff\"}")]
    [InlineData("{\"name\":\"a\u00c0\u00af\"}")]
    [InlineData("{\"name\":\"a\u00ed\u00a0\u0080\"}")]
    [InlineData("{\"name\":\"a\",\"metadata\":{\"\u00ff\":\"\u00fe\"}}")]
    public async Task A_body_that_is_not_UTF_8_is_refused(string latin1)
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");

        var answer = await RawAsync(
            bus, $"POST /v1/actors HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-API-Key: {caller.Key}\r\nContent-Length: {latin1.Length}\r\n\r\n{latin1}");

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("\"invalid_json\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_of_references_have_an_end()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        var most = string.Join(',', Enumerable.Repeat($"\"{channel}\"", 100));

        var fits = await caller.SendAsync("POST", $"/v1/channels/{channel}/messages", $$"""{"content":"x","mentions":[{{most}}]}""");
        var mentions = await caller.SendAsync("POST", $"/v1/channels/{channel}/messages", $$"""{"content":"x","mentions":[{{most}},"b"]}""");
        var related = await caller.SendAsync("PATCH", $"/v1/channels/{channel}", $$"""{"related_channels":[{{most}},"b"]}""");

        Assert.Equal(201, fits.Status);
        Assert.Equal((422, "invalid_mentions"), (mentions.Status, mentions.Text("error")));
        Assert.Equal((422, "invalid_related_channels"), (related.Status, related.Text("error")));
    }

    [Theory]
    [InlineData("FFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n")]
    [InlineData("zz\r\n{}\r\n0\r\n\r\n")]
    [InlineData("-1\r\n{}\r\n0\r\n\r\n")]
    [InlineData("2\r\n{}\r\n0\r\nX-Trailer: \u00ff\u00fe\r\n\r\n")]
    [InlineData("2\r\n{}\r\n0\r\nX-Trailer: \u0000\r\n\r\n")]
    [InlineData("2\r\n{}\r\n0\r\nX-Tr\u00ffailer: a\r\n\r\n")]
    public async Task A_body_in_broken_chunks_is_refused_and_ends_the_connection(string chunks)
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");

        var answer = await RawAsync(
            bus, $"POST /v1/actors HTTP/1.1\r\nHost: a\r\nX-API-Key: {caller.Key}\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}GET /health HTTP/1.1\r\nHost: a\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("\"invalid_body\"", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("HTTP/1.1 200", answer, StringComparison.Ordinal);
    }

    /// <summary>Sends bytes and reads until the bus closes the connection.</summary>
    private static async Task<string> RawAsync(TestBus bus, string request)
    {
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        await socket.ConnectAsync(System.Net.IPAddress.Loopback, new Uri(bus.BaseUrl).Port);
        await socket.SendAsync(Encoding.Latin1.GetBytes(request), Deadline.Token());
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        int read;
        while ((read = await socket.ReceiveAsync(buffer, Deadline.Token())) > 0)
        {
            answer.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }

        return answer.ToString();
    }

    // The bus has them open.
    private static string ReadShared(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return reader.ReadToEnd();
    }
}
