using System.Net;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Tests.Support.Buses;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Regressions.Strangers;

/// <summary>Whoever comes without a valid key is limited by address; nobody with a key suffers from it.</summary>
public sealed class AddressLimitTests
{
    private const string Token = "t0ken";

    public static TheoryData<string, string, string> Strangers => new()
    {
        { "GET", "/health", "" },
        { "GET", "/metrics", "" },
        { "GET", "/", "" },
        { "GET", "/nothing", "" },
        { "OPTIONS", "/v1/keys", "" },
        { "POST", "/v1/keys", "" },
        { "GET", "/v1/keys/me", "" },
        { "GET", "/v1/keys/me", "bck_aaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb" },
        { "GET", "/v1/keys/me", "malformed" },
    };

    [Theory]
    [MemberData(nameof(Strangers))]
    public async Task Requests_without_a_valid_key_are_limited_by_address(string method, string path, string key)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var bus = await TestBus.StartAsync(Limited, time);
        var stranger = new BusCaller(bus, key, "");
        await stranger.SendAsync(method, path);
        await stranger.SendAsync(method, path);

        var refused = await stranger.SendAsync(method, path);
        time.Advance(TimeSpan.FromSeconds(45));
        var later = await stranger.SendAsync(method, path);

        Assert.Equal((429, "rate_limit_exceeded", 45), (refused.Status, refused.Text("error"), refused.Json.GetProperty("retry_after").GetInt32()));
        Assert.Equal(("45", "45"), (refused.Header("Retry-After"), refused.Header("X-RateLimit-Window")));
        Assert.NotEqual(429, later.Status);
    }

    [Fact]
    public async Task A_key_works_on_while_strangers_of_its_address_are_refused()
    {
        await using var bus = await TestBus.StartAsync(Limited);
        var caller = await BusCaller.MintAsync(bus, "a");
        var stranger = new BusCaller(bus, "bck_a.b", "");
        await stranger.SendAsync("GET", "/v1/keys/me");
        var refused = await stranger.SendAsync("GET", "/v1/keys/me");

        var served = await caller.SendAsync("GET", "/v1/keys/me");

        Assert.Equal((429, 200), (refused.Status, served.Status));
    }

    [Fact]
    public async Task Naming_another_address_helps_only_behind_a_trusted_proxy()
    {
        await using var open = await TestBus.StartAsync(Limited);
        await using var proxied = await TestBus.StartAsync(options => Limited(options) with { TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")] });

        var spoofed = await StatusesAsync(open, number => $"6.6.6.{number}");
        var forwarded = await StatusesAsync(proxied, number => $"6.6.6.{number}");
        var invented = await StatusesAsync(proxied, number => $"7.7.7.{number}, 6.6.7.7, 127.0.0.9");

        Assert.Equal([200, 200, 429], spoofed);
        Assert.Equal([200, 200, 200], forwarded);
        Assert.Equal([200, 200, 429], invented);
    }

    [Fact]
    public async Task A_sender_within_the_networks_of_the_proxies_does_not_escape_the_mint_limit_by_naming_others()
    {
        await using var bus = await TestBus.StartAsync(options => options with { KeyMintLimit = 2, TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")] });

        var statuses = new List<int>();
        for (var number = 1; number <= 3; number++)
        {
            statuses.Add((await new BusCaller(bus, "", "").SendAsync(
                "POST", "/v1/keys", $$"""{"agent_label":"a{{number}}"}""", headers: [new("X-Forwarded-For", $"127.1.1.{number}, 127.0.0.9")])).Status);
        }

        Assert.Equal([201, 201, 429], statuses);
    }

    [Fact]
    public async Task Minting_counts_an_IPv6_network_as_one_address()
    {
        await using var bus = await TestBus.StartAsync(
            options => options with { KeyMintLimit = 2, TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")] });

        var statuses = new List<int>();
        foreach (var address in (string[])["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1"])
        {
            statuses.Add((await new BusCaller(bus, "", "").SendAsync("POST", "/v1/keys", $$"""{"agent_label":"{{address}}"}""", headers: [new("X-Forwarded-For", address)])).Status);
        }

        Assert.Equal([201, 201, 429, 201], statuses);
    }

    [Fact]
    public async Task Wrong_admin_tokens_lock_their_address_out_for_a_window()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var bus = await TestBus.StartAsync(options => Limited(options) with { AdminToken = Token, AdminFailureLimit = 2 }, time);
        await MintAsync(bus, "a", "wrong");
        await MintAsync(bus, "a", "");

        var refused = await MintAsync(bus, "a", Token);
        time.Advance(TimeSpan.FromSeconds(45));
        var later = await MintAsync(bus, "a", Token);

        Assert.Equal((429, "rate_limit_exceeded", "45"), (refused.Status, refused.Text("error"), refused.Header("Retry-After")));
        Assert.Equal(201, later.Status);
    }

    [Fact]
    public async Task The_right_admin_token_is_not_limited()
    {
        await using var bus = await TestBus.StartAsync(options => Limited(options) with { AdminToken = Token, AdminFailureLimit = 1 });

        var statuses = new List<int>();
        for (var i = 0; i < 5; i++)
        {
            statuses.Add((await MintAsync(bus, $"a{i}", Token)).Status);
        }

        Assert.All(statuses, status => Assert.Equal(201, status));
    }

    private static BusOptions Limited(BusOptions options) => options with { AddressRateLimit = 2, RateLimitWindow = TimeSpan.FromSeconds(45) };

    private static Task<BusAnswer> MintAsync(TestBus bus, string label, string token) =>
        new BusCaller(bus, "", "").SendAsync(
            "POST", "/v1/admin/keys", $$"""{"agent_label":"{{label}}"}""", headers: [new("X-Admin-Token", token)]);

    private static async Task<List<int>> StatusesAsync(TestBus bus, Func<int, string> forwardedFor)
    {
        var statuses = new List<int>();
        for (var number = 1; number <= 3; number++)
        {
            statuses.Add((await new BusCaller(bus, "", "").SendAsync("GET", "/health", headers: [new("X-Forwarded-For", forwardedFor(number))])).Status);
        }

        return statuses;
    }
}
