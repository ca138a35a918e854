using System.Net;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Bus.Http;

/// <summary>What http-api.md says of headers and no recorded exchange shows.</summary>
public sealed class AnswerHeadersTests
{
    [Theory]
    [InlineData("/health")]
    [InlineData("/v1/keys/me")]
    [InlineData("/nothing")]
    public async Task Scripts_of_other_origins_may_read_what_an_answer_says_beside_its_body(string path)
    {
        await using var bus = await TestBus.StartAsync(options => options with { AddressRateLimit = 1 });
        var stranger = new BusCaller(bus, "", "");

        var (first, refused) = (await stranger.SendAsync("GET", path), await stranger.SendAsync("GET", path));

        string[] expected =
        [
            "Retry-After", "X-RateLimit-Limit", "X-RateLimit-Window", "X-RateLimit-Remaining", "X-Request-Id", "Idempotency-Key",
            "X-Idempotent-Replay", "X-Backchannel-Deliveries", "X-Backchannel-Additions",
        ];
        Assert.All([first, refused], answer => Assert.Empty(expected.Except(answer.Header("Access-Control-Expose-Headers")!.Split(", "))));
        Assert.Equal((429, true), (refused.Status, refused.Headers.ContainsKey("Retry-After")));
    }

    private const string Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Theory]
    [InlineData("GET", "/v1/keys/me", 200)]
    [InlineData("GET", "/v1/channels/none", 404)]
    [InlineData("GET", "/nowhere", 404)]
    public async Task Every_answer_carries_the_common_headers(string method, string path, int status)
    {
        await using var bus = await TestBus.StartAsync(options => options with { RateLimit = 7 });
        var caller = await BusCaller.MintAsync(bus, "a");

        var answer = await caller.SendAsync(method, path);

        Assert.Equal(status, answer.Status);
        Assert.True(Guid.TryParse(answer.Header("X-Request-Id"), out var requestId));
        Assert.Equal(("*", "nosniff", "DENY", "no-referrer"), (
            answer.Header("Access-Control-Allow-Origin"),
            answer.Header("X-Content-Type-Options"),
            answer.Header("X-Frame-Options"),
            answer.Header("Referrer-Policy")));
        Assert.Equal(("7", "60"), (answer.Header("X-RateLimit-Limit"), answer.Header("X-RateLimit-Window")));
        Assert.NotNull(answer.Header("Content-Security-Policy"));
        Assert.Null(answer.Header("Strict-Transport-Security"));
        Assert.Equal($"00-{requestId:N}-{requestId.ToString("N")[..16]}-01", answer.Header("traceparent"));
        Assert.Equal(status < 400, answer.Header("Link")?.Contains("rel=\"service-desc\"", StringComparison.Ordinal) is true);
        Assert.Equal(status < 400, answer.Header("X-RateLimit-Remaining") is not null);
    }

    [Fact]
    public async Task The_request_id_of_an_error_is_that_of_the_header()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");

        var answer = await caller.SendAsync("GET", "/v1/channels/none");

        Assert.Equal(answer.Header("X-Request-Id"), answer.Text("request_id"));
        Assert.Equal($"{bus.BaseUrl}/docs/errors.md#channel-not-found", answer.Text("documentation_url"));
    }

    [Fact]
    public async Task A_received_traceparent_is_given_back()
    {
        await using var bus = await TestBus.StartAsync();

        var answer = await new BusCaller(bus, "", "").SendAsync("GET", "/health", headers: [new("traceparent", Trace)]);

        Assert.Equal(Trace, answer.Header("traceparent"));
    }

    [Fact]
    public async Task Only_behind_a_trusted_proxy_a_forwarded_https_makes_the_transport_strict()
    {
        KeyValuePair<string, string>[] forwarded = [new("X-Forwarded-Proto", "https")];
        await using var open = await TestBus.StartAsync();
        await using var proxied = await TestBus.StartAsync(options => options with { TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")] });

        var stranger = await new BusCaller(open, "", "").SendAsync("GET", "/health", headers: forwarded);
        var proxy = await new BusCaller(proxied, "", "").SendAsync("GET", "/health", headers: forwarded);

        Assert.Null(stranger.Header("Strict-Transport-Security"));
        Assert.NotNull(proxy.Header("Strict-Transport-Security"));
    }

    [Theory]
    [InlineData("HEAD", "/health")]
    [InlineData("OPTIONS", "/nowhere")]
    [InlineData("PUT", "/v1/channels")]
    [InlineData("GET", "/health/")]
    [InlineData("GET", "/docs/none.md")]
    public async Task What_has_no_route_is_not_found(string method, string path)
    {
        await using var bus = await TestBus.StartAsync();

        Assert.Equal(404, (await new BusCaller(bus, "", "").SendAsync(method, path)).Status);
    }

    [Fact]
    public async Task Preflights_unknown_routes_and_public_pages_do_not_count_against_the_limit_but_errors_and_replays_do()
    {
        await using var bus = await TestBus.StartAsync(options => options with { RateLimit = 3 });
        var caller = await BusCaller.MintAsync(bus, "a");
        foreach (var (method, path) in ((string, string)[])[("OPTIONS", "/v1/channels"), ("GET", "/nowhere"), ("GET", "/health"), ("GET", "/metrics")])
        {
            await caller.SendAsync(method, path);
        }

        await caller.SendAsync("POST", "/v1/sessions", """{"name":"s"}""");
        var replay = await caller.SendAsync("POST", "/v1/sessions", """{"name":"s"}""");
        var error = await caller.SendAsync("GET", "/v1/sessions/none");
        var refused = await caller.SendAsync("GET", "/v1/keys/me");

        Assert.Equal(("true", null), (replay.Header(HeaderNames.IdempotentReplay), replay.Header("X-RateLimit-Remaining")));
        Assert.Equal((404, 429), (error.Status, refused.Status));
        Assert.Equal(("60", 60), (refused.Header("Retry-After"), refused.Json.GetProperty("retry_after").GetInt32()));
    }

    [Fact]
    public async Task An_empty_idempotency_key_counts_as_none()
    {
        await using var bus = await TestBus.StartAsync();
        var caller = await BusCaller.MintAsync(bus, "a");

        var first = await caller.SendAsync("POST", "/v1/sessions", """{"name":"s"}""", headers: [new("Idempotency-Key", "")]);
        var other = await caller.SendAsync("POST", "/v1/sessions", """{"name":"t"}""", headers: [new("Idempotency-Key", "")]);

        Assert.Equal(("server-auto", null), (first.Header(HeaderNames.IdempotencySource), other.Header(HeaderNames.IdempotentReplay)));
    }

    [Fact]
    public async Task Bodies_are_json_in_utf8_and_measurements_are_prometheus_text()
    {
        await using var bus = await TestBus.StartAsync();

        using var health = await bus.Http.GetAsync(bus.BaseUrl + "/health");
        using var metrics = await bus.Http.GetAsync(bus.BaseUrl + "/metrics");

        Assert.Equal("application/json; charset=utf-8", health.Content.Headers.ContentType!.ToString());
        Assert.Equal("text/plain; version=0.0.4", metrics.Content.Headers.ContentType!.ToString());
        Assert.Contains("backchannel_requests_total{method=\"GET\",path=\"/health\",status=\"200\"} 1", await metrics.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2029-12-31", 1)]
    [InlineData("2029-12-31T00:00:00Z", 1)]
    [InlineData("2029-12-31T23:59:59+01:00", 1)]
    [InlineData("20291231T000000Z", 1)]
    [InlineData("2030-01-02", 0)]
    [InlineData("20300102T000000", 0)]
    [InlineData("2030-01-01T23:00:00-05:00", 0)]
    [InlineData("0", 1)]
    [InlineData("nonsense", 1)]
    public async Task A_cursor_may_have_any_form_of_a_time(string cursor, int messages)
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.Zero));
        await using var bus = await TestBus.StartAsync(options => options, time);
        var caller = await BusCaller.MintAsync(bus, "a");
        var channel = await caller.CreateAsync("lane");
        await caller.PostAsync(channel, "one");

        var page = await caller.SendAsync("GET", $"/v1/channels/{channel}/messages?cursor={Uri.EscapeDataString(cursor)}");

        Assert.Equal(messages, page.Json.GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task A_label_is_cut_to_128_characters_whatever_their_width()
    {
        await using var bus = await TestBus.StartAsync();
        var fish = string.Concat(Enumerable.Repeat("🐟", 130));

        var minted = await new BusCaller(bus, "", "").SendAsync("POST", "/v1/keys", $$"""{"agent_label":"{{fish}}"}""");

        Assert.Equal(128, minted.Text("agent_label").EnumerateRunes().Count());
    }
}
