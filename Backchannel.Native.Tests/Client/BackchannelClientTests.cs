using System.Text.Json;
using Backchannel.Native.Client;
using Backchannel.Native.Tests.Support.Servers;

namespace Backchannel.Native.Tests.Client;

public sealed class BackchannelClientTests
{
    private const string LeaseJson = """{"lease_token": "t-1", "expires_at": "2026-04-06T14:05:00.123456+00:00"}""";
    private const string OutcomeJson = $$"""{"status": "released", "message": {{ClientTest.MessageJson}}}""";
    private const string PageJson = """{"data": [], "limit": 50, "next_cursor": null}""";

    [Theory]
    [InlineData("issue", "POST /v1/keys", """{"agent_label":"worker"}""")]
    [InlineData("me", "GET /v1/keys/me", "")]
    [InlineData("health", "GET /health", "")]
    [InlineData("create", "POST /v1/channels", """{"name":"jobs","mode":"claimable"}""")]
    [InlineData("get", "GET /v1/channels/a%20b%3F", "")]
    [InlineData("channels", "GET /v1/channels?limit=7&cursor=2026-04-06T14%3A00%3A00.1%2B00%3A00", "")]
    [InlineData("alias", "POST /v1/channels/c-1/aliases", """{"alias":"x"}""")]
    [InlineData("post", "POST /v1/channels/c-1/messages", """{"content":"hello"}""")]
    [InlineData("messages", "GET /v1/channels/c-1/messages?limit=1&cursor=2026%2B00&status=unclaimed&wait=2.5", "")]
    [InlineData("claim", "POST /v1/messages/m-1/claim-with-lease", """{"actor":"w","lease_seconds":60}""")]
    [InlineData("renew", "POST /v1/leases/t-1/heartbeat", """{"lease_seconds":60}""")]
    [InlineData("release", "POST /v1/messages/m-1/release", """{"actor":"w"}""")]
    [InlineData("ack", "POST /v1/messages/m-1/ack", """{"actor":"w","metadata":{"a":1}}""")]
    [InlineData("access", "POST /v1/channels/c-1/access-requests", "{}")]
    public async Task Each_call_sends_its_request(string call, string line, string body)
    {
        await using var server = new MisbehavingServer(Answer);
        await using var connection = server.Connect();

        await CallAsync(call, new(connection));

        var request = server.Requests[^1];
        Assert.Equal(line, $"{request.Method} {request.Target}");
        Assert.Equal(body, request.Text);
    }

    [Theory]
    [InlineData("create")]
    [InlineData("alias")]
    [InlineData("claim")]
    [InlineData("renew")]
    [InlineData("release")]
    [InlineData("ack")]
    [InlineData("access")]
    public async Task The_same_write_intended_twice_has_two_idempotency_keys(string call)
    {
        await using var server = new MisbehavingServer(Answer);
        await using var connection = server.Connect();

        await CallAsync(call, new(connection));
        await CallAsync(call, new(connection));

        var keys = server.Calls.Select(static request => request.Header("Idempotency-Key")).ToArray();
        Assert.All(keys, Assert.NotNull);
        Assert.NotEqual(keys[0], keys[1]);
    }

    [Theory]
    [InlineData("post")]
    [InlineData("ack")]
    public async Task A_body_has_a_content_length_and_is_not_chunked(string call)
    {
        await using var server = new MisbehavingServer(Answer);
        await using var connection = server.Connect();

        await CallAsync(call, new(connection));

        var request = server.Calls.Single();
        Assert.Equal(request.Body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture), request.Header("Content-Length"));
        Assert.Null(request.Header("Transfer-Encoding"));
        Assert.Null(request.Header("Expect"));
    }

    [Fact]
    public async Task Health_and_issuing_a_key_carry_no_key()
    {
        await using var server = new MisbehavingServer(Answer);
        await using var connection = server.Connect(static options => options with { ApiKey = Key("bck_mine.secret") });

        await CallAsync("health", new(connection));
        await CallAsync("issue", new(connection));

        Assert.All(server.Requests, static request => Assert.Null(request.Header("X-API-Key")));
    }

    [Fact]
    public async Task The_trace_of_the_caller_goes_along()
    {
        const string Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        await using var server = new MisbehavingServer(Answer);
        await using var connection = server.Connect();

        await CallAsync("me", new BackchannelClient(connection).WithTraceParent(Trace));
        await CallAsync("me", new(connection));

        Assert.Equal([Trace, null], server.Calls.Select(static request => request.Header("traceparent")));
    }

    [Fact]
    public async Task A_base_url_with_a_path_keeps_it()
    {
        await using var server = new MisbehavingServer(Answer);
        await using var connection = server.Connect(static options => options with { BaseUrl = new(options.BaseUrl, "/bus/") });

        await CallAsync("health", new(connection));

        Assert.Equal("/bus/health", server.Requests.Single().Target);
    }

    [Fact]
    public async Task A_message_comes_back_with_its_metadata()
    {
        var page = $$"""{"data": [{{ClientTest.MessageJson.Replace("{}", """{"n": 1.0}""", StringComparison.Ordinal)}}], "limit": 1, "next_cursor": "x"}""";
        await using var server = new MisbehavingServer(Reply.Json(200, page));
        await using var connection = server.Connect();

        var messages = await new BackchannelClient(connection).ListMessagesAsync("c-1", new(), CancellationToken.None);

        Assert.Equal("1.0", messages.Data.Single().Metadata.GetProperty("n").GetRawText());
    }

    private static ApiKey Key(string text) => ApiKey.TryParse(text, out var key) ? key : throw new ArgumentException(text);

    private static Task CallAsync(string call, BackchannelClient client) => call switch
    {
        "issue" => client.IssueKeyAsync("worker", default),
        "me" => client.GetOwnKeyAsync(default),
        "health" => client.Connection.GreetAsync(default),
        "create" => client.CreateChannelAsync(new("jobs", "claimable"), default),
        "get" => client.GetChannelAsync("a b?", default),
        "channels" => client.ListChannelsAsync(7, "2026-04-06T14:00:00.1+00:00", default),
        "alias" => client.AddAliasAsync("c-1", "x", default),
        "post" => client.PostMessageAsync("c-1", new("hello"), IdempotencyKey.New(), default),
        "messages" => client.ListMessagesAsync(
            "c-1",
            new() { Limit = 1, Cursor = "2026+00", Status = "unclaimed", Wait = TimeSpan.FromSeconds(2.5) },
            default),
        "claim" => client.ClaimWithLeaseAsync("m-1", "w", TimeSpan.FromSeconds(60), session: null, default),
        "renew" => client.RenewLeaseAsync("t-1", TimeSpan.FromSeconds(60), session: null, default),
        "release" => client.ReleaseAsync("m-1", "w", session: null, default),
        "ack" => client.AcknowledgeAsync("m-1", "w", JsonDocument.Parse("""{"a":1}""").RootElement, leaseToken: null, result: null, session: null, default),
        "access" => client.RequestAccessAsync("c-1", null, default),
        _ => throw new ArgumentOutOfRangeException(nameof(call)),
    };

    private static Reply Answer(RecordedRequest request) => (request.Method, request.Target.Split('?')[0]) switch
    {
        ("POST", "/v1/keys") => MisbehavingServer.IssueKey(),
        (_, "/v1/keys/me") => Reply.Json(200, """
            {"key_id": "bck_a", "owner_id": "agent", "plan": "free", "active": true, "scopes": null, "rate_limit": 120, "rate_limit_window_seconds": 60}
            """),
        (_, var path) when path.EndsWith("/health", StringComparison.Ordinal) => Reply.Json(200, """
            {"status": "ok", "db_latency_ms": 0.1, "api_version": "1.0", "instance_kind": "self-hosted", "public_minting_enabled": true, "status_url": "/status"}
            """),
        ("GET", "/v1/channels") => Reply.Json(200, PageJson),
        (_, var path) when path.EndsWith("/claim-with-lease", StringComparison.Ordinal) =>
            Reply.Json(200, $$"""{"lease_token": "t-1", "expires_at": "2026-04-06T14:05:00+00:00", "message": {{ClientTest.MessageJson}}}"""),
        (_, var path) when path.EndsWith("/heartbeat", StringComparison.Ordinal) => Reply.Json(200, LeaseJson),
        (_, var path) when path.EndsWith("/access-requests", StringComparison.Ordinal) => Reply.Json(200, """{"status": "open", "note": "n"}"""),
        (_, var path) when path.StartsWith("/v1/messages/", StringComparison.Ordinal) => Reply.Json(200, OutcomeJson),
        ("GET", var path) when path.EndsWith("/messages", StringComparison.Ordinal) => Reply.Json(200, PageJson),
        ("POST", var path) when path.EndsWith("/messages", StringComparison.Ordinal) => Reply.Json(201, ClientTest.PostedJson),
        _ => Reply.Json(200, ClientTest.ChannelJson),
    };
}
