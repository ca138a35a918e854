using Backchannel.Native.Client;
using Backchannel.Native.Tests.Support.Servers;
using Backchannel.Native.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Client;

/// <summary>What is known of a bus: what it said, and never what it could not say.</summary>
public sealed class BusAdditionsTests
{
    private const string Healthy =
        """{"status": "ok", "db_latency_ms": 1, "api_version": "v1", "instance_kind": "test", "public_minting_enabled": true, "status_url": "/status"}""";

    private static readonly Reply OurBus = Reply.Json(200, Healthy, $"{HeaderNames.Additions}: {Additions.All}");

    [Theory]
    [InlineData("reset", FaultCodes.Unreachable)]
    [InlineData("silence", FaultCodes.Timeout)]
    [InlineData("503", ErrorCodes.StorageUnavailable)]
    [InlineData("429", ErrorCodes.RateLimitExceeded)]
    [InlineData("HTML", FaultCodes.UnusableAnswer)]
    public async Task A_fault_is_thrown_and_the_next_question_asks_again(string fault, string code)
    {
        await using var server = new MisbehavingServer(Fault(fault), OurBus);
        await using var connection = Connect(server);

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => OffersSessionsAsync(connection));

        Assert.Equal(code, exception.Code);
        Assert.True(await OffersSessionsAsync(connection));
    }

    [Fact]
    public async Task A_bus_without_health_offers_nothing_and_is_asked_again()
    {
        await using var server = new MisbehavingServer(Reply.Error(404, ErrorCodes.NotFound), OurBus);
        await using var connection = Connect(server);

        Assert.False(await OffersSessionsAsync(connection));
        Assert.True(await OffersSessionsAsync(connection));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_bus_has_said_is_remembered(bool isOurs)
    {
        await using var server = new MisbehavingServer(isOurs ? OurBus : Reply.Json(200, Healthy), Reply.ResetBeforeCommit);
        await using var connection = Connect(server);

        Assert.Equal(isOurs, await OffersSessionsAsync(connection));
        Assert.Equal(isOurs, await OffersSessionsAsync(connection));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_lack_is_asked_about_again_after_a_minute_because_a_newer_release_may_have_taken_the_place()
    {
        var time = new FakeTimeProvider();
        await using var server = new MisbehavingServer(Reply.Json(200, Healthy), OurBus);
        await using var connection = new BusConnection(ClientTest.Options(server.Address), time);
        List<bool> offers = [];
        foreach (var seconds in (int[])[0, 59, 1, 600])
        {
            time.Advance(TimeSpan.FromSeconds(seconds));
            offers.Add(await OffersSessionsAsync(connection));
        }

        Assert.Equal([false, false, true, true], offers);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task A_bus_that_turned_out_to_be_another_one_is_asked_again()
    {
        await using var server = new MisbehavingServer(OurBus, Reply.Json(200, Healthy));
        await using var connection = Connect(server);
        var before = await OffersSessionsAsync(connection);

        connection.Additions.Forget();

        Assert.Equal((true, false), (before, await OffersSessionsAsync(connection)));
    }

    private static Task<bool> OffersSessionsAsync(BusConnection connection) =>
        connection.Additions.OfferAsync(Additions.TaskSessions, CancellationToken.None).AsTask().Within();

    /// <summary>One attempt for each question, so that a reply of the script is the answer to one of them.</summary>
    private static BusConnection Connect(MisbehavingServer server) =>
        server.Connect(static options => options with { MaxAttempts = 1, AttemptTimeout = TimeSpan.FromSeconds(3) });

    private static Reply Fault(string fault) => fault switch
    {
        "reset" => Reply.ResetBeforeCommit,
        "silence" => Reply.Silence,
        "503" => Reply.Error(503, ErrorCodes.StorageUnavailable),
        "429" => Reply.Error(429, ErrorCodes.RateLimitExceeded),
        "HTML" => Reply.Answer(200, "text/html", "<html>Welcome"),
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, null),
    };
}
