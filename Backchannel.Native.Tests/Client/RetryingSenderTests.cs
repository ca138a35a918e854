using System.Net;
using System.Net.Sockets;
using Backchannel.Native.Client;
using Backchannel.Native.Tests.Support.Servers;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Client;

public sealed class RetryingSenderTests
{
    private static readonly Reply Posted = Reply.Json(201, ClientTest.PostedJson);

    public static TheoryData<string> PassingFaults =>
        ["reset before", "reset after", "408", "500", "502", "503", "504", "429", "truncated", "cut JSON", "HTML", "wrong type"];

    public static TheoryData<string, string, int?> LastingFaults => new()
    {
        { "reset after", FaultCodes.Unreachable, null },
        { "500", ErrorCodes.InternalServerError, 500 },
        { "503", "overloaded", 503 },
        { "truncated", FaultCodes.UnusableAnswer, null },
        { "cut JSON", FaultCodes.UnusableAnswer, 201 },
        { "HTML", FaultCodes.UnusableAnswer, 200 },
        { "wrong type", FaultCodes.UnusableAnswer, 200 },
        { "no HTTP", FaultCodes.UnusableAnswer, null },
    };

    [Theory]
    [MemberData(nameof(PassingFaults))]
    public async Task A_fault_that_passes_leaves_one_effect_and_the_answer(string fault)
    {
        await using var server = new MisbehavingServer(Fault(fault), Fault(fault), Posted);
        await using var connection = server.Connect();

        var posted = await connection.PostAsync(default);

        Assert.Equal("m-1", posted.Message.Id);
        Assert.Equal(1, server.Effects);
        Assert.Equal(["post-1", "post-1", "post-1"], server.Calls.Select(static request => request.Header(HeaderNames.IdempotencyKey)));
    }

    [Theory]
    [MemberData(nameof(LastingFaults))]
    public async Task A_fault_that_lasts_ends_after_four_attempts_with_what_happened(string fault, string code, int? status)
    {
        await using var server = new MisbehavingServer(Fault(fault));
        await using var connection = server.Connect();

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));

        Assert.Equal((code, status), (exception.Code, exception.Status));
        Assert.Equal(4, server.Calls.Count);
        Assert.InRange(server.Effects, 0, 1);
    }

    [Fact]
    public async Task A_success_without_a_body_is_not_asked_again()
    {
        await using var server = new MisbehavingServer(Reply.Answer(204, "text/plain", ""));
        await using var connection = server.Connect();

        Assert.True(await new BackchannelClient(connection).DeleteChannelAsync("c-1", default));

        Assert.Single(server.Calls);
    }

    [Theory]
    [InlineData(400, ErrorCodes.InvalidJson)]
    [InlineData(403, ErrorCodes.ChannelAccessDenied)]
    [InlineData(404, ErrorCodes.ChannelNotFound)]
    [InlineData(409, ErrorCodes.AlreadyClaimed)]
    [InlineData(410, ErrorCodes.MessageExpired)]
    [InlineData(422, ErrorCodes.MissingField)]
    public async Task A_refusal_is_not_asked_again(int status, string code)
    {
        await using var server = new MisbehavingServer(Reply.Error(status, code));
        await using var connection = server.Connect();

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));

        Assert.Equal((code, (int?)status, "r-1"), (exception.Code, exception.Status, exception.RequestId));
        Assert.Equal($"about {code}", exception.Message);
        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task A_refusal_after_a_lost_answer_speaks_of_the_last_attempt_only()
    {
        await using var server = new MisbehavingServer(Reply.ResetAfterCommit, Fault("503"));
        await using var connection = server.Connect();

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));

        Assert.True(exception.IsUndecided);
        Assert.Equal("about overloaded (this is about the last attempt: what became of an earlier one is not known)", exception.Message);
    }

    [Fact]
    public async Task A_refused_connection_names_the_bus_and_the_cause()
    {
        var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var address = new Uri($"http://127.0.0.1:{((IPEndPoint)closed.LocalEndpoint).Port}");
        closed.Stop();
        await using var connection = new BusConnection(ClientTest.Options(address), TimeProvider.System);

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));

        Assert.Equal(FaultCodes.Unreachable, exception.Code);
        Assert.Contains(address.Authority, exception.Message, StringComparison.Ordinal);
        Assert.Contains("refused", exception.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("HTML", "text/html", "<html><body>Welcome to the hotel")]
    [InlineData("wrong type", "text/plain", "all is well")]
    public async Task Something_that_is_no_bus_is_described(string fault, string type, string beginning)
    {
        await using var server = new MisbehavingServer(Fault(fault));
        await using var connection = server.Connect();

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));

        Assert.Contains(type, exception.Message, StringComparison.Ordinal);
        Assert.Contains(beginning, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"message": null, "next_cursor": null}""")]
    [InlineData("""{"message": {"id": "m-1"}, "next_cursor": null}""")]
    [InlineData("null")]
    public async Task Json_of_the_wrong_shape_is_an_error_at_once(string body)
    {
        await using var server = new MisbehavingServer(Reply.Json(201, body));
        await using var connection = server.Connect();

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));

        Assert.Equal(FaultCodes.UnusableAnswer, exception.Code);
        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task An_answer_without_end_is_read_to_the_limit_and_no_further()
    {
        await using var server = new MisbehavingServer(Reply.Endless);
        await using var connection = server.Connect();

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));

        Assert.Equal(FaultCodes.UnusableAnswer, exception.Code);
        Assert.Contains("4 MiB", exception.Message, StringComparison.Ordinal);
        Assert.Single(server.Calls);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_answer_that_does_not_come_ends_each_attempt_and_then_the_call(bool slowHeaders)
    {
        var time = new SignallingTimeProvider();
        await using var server = new MisbehavingServer(slowHeaders ? Reply.SlowHeaders : Reply.Silence);
        await using var connection = Patient(server, time);

        var call = connection.PostAsync(default);
        for (var attempt = 0; attempt < 4; attempt++)
        {
            await server.NextCallAsync();
            time.Advance(TimeSpan.FromSeconds(10));
        }

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => call);
        Assert.Equal(FaultCodes.Timeout, exception.Code);
        Assert.Contains("10 s", exception.Message, StringComparison.Ordinal);
        Assert.Equal(1, server.Effects);
    }

    [Fact]
    public async Task The_whole_call_ends_at_its_own_deadline()
    {
        var time = new SignallingTimeProvider();
        await using var server = new MisbehavingServer(Reply.Silence);
        await using var connection = new BusConnection(
            ClientTest.Options(server.Address) with { AttemptTimeout = TimeSpan.FromSeconds(10), TotalTimeout = TimeSpan.FromSeconds(6) },
            time);

        var call = connection.PostAsync(default);
        await server.NextCallAsync();
        time.Advance(TimeSpan.FromSeconds(6));

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => call);
        Assert.Equal(FaultCodes.Timeout, exception.Code);
        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task A_long_poll_may_take_its_wait_and_the_deadline_on_top()
    {
        var time = new SignallingTimeProvider();
        await using var server = new MisbehavingServer(Reply.Silence);
        await using var connection = Patient(server, time);
        var query = new MessageQuery { Wait = TimeSpan.FromSeconds(25) };

        var call = new BackchannelClient(connection).ListMessagesAsync("c-1", query, default);
        await server.NextCallAsync();
        time.Advance(TimeSpan.FromSeconds(34));
        var early = call.IsCompleted || server.Calls.Count > 1;
        time.Advance(TimeSpan.FromSeconds(1));
        await server.NextCallAsync();

        Assert.False(early);
    }

    [Theory]
    [InlineData("Retry-After: 7", "", 7)]
    [InlineData("Retry-After: 60", """, "retry_after": 5""", 5)]
    public async Task A_limited_call_goes_on_after_the_pause_that_the_bus_asks_for(string header, string member, int seconds)
    {
        var time = new SignallingTimeProvider();
        var limited = Reply.Json(429, $$"""{"error": "rate_limit_exceeded", "message": "slow down"{{member}}}""", header);
        await using var server = new MisbehavingServer(limited, Posted);
        await using var connection = Patient(server, time);

        var call = connection.PostAsync(default);
        var pause = await time.TimerAsync(dueTime => dueTime == TimeSpan.FromSeconds(seconds));
        var before = server.Calls.Count;
        time.Advance(pause);
        await call;

        Assert.Equal((1, 2), (before, server.Calls.Count));
    }

    [Fact]
    public async Task A_pause_beyond_the_deadline_is_reported_instead_of_waited_for()
    {
        var limited = Reply.Json(429, """{"error": "rate_limit_exceeded", "message": "slow down", "retry_after": 3600}""", "Retry-After: 60");
        await using var server = new MisbehavingServer(limited);
        await using var connection = server.Connect();

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));

        Assert.Equal((ErrorCodes.RateLimitExceeded, TimeSpan.FromHours(1)), (exception.Code, exception.RetryAfter));
        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task A_pause_that_leaves_no_time_for_the_wait_of_a_request_is_reported_instead_of_waited_for()
    {
        var limited = Reply.Json(429, """{"error": "rate_limit_exceeded", "message": "slow down"}""", "Retry-After: 60");
        await using var server = new MisbehavingServer(limited);
        await using var connection = server.Connect();

        var exception = await Assert.ThrowsAsync<BackchannelException>(
            () => new BackchannelClient(connection).ListMessagesAsync("c-1", new() { Wait = TimeSpan.FromSeconds(25) }, default));

        Assert.Equal((ErrorCodes.RateLimitExceeded, TimeSpan.FromMinutes(1)), (exception.Code, exception.RetryAfter));
        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task A_bus_that_refused_and_then_does_not_answer_is_told_with_its_refusal()
    {
        var time = new SignallingTimeProvider();
        var limited = Reply.Json(429, """{"error": "rate_limit_exceeded", "message": "slow down"}""", "Retry-After: 7");
        await using var server = new MisbehavingServer(limited, Reply.Silence);
        await using var connection = new BusConnection(
            ClientTest.Options(server.Address) with { RetryDelay = TimeSpan.Zero, TotalTimeout = TimeSpan.FromMinutes(2), MaxAttempts = 2 }, time);

        var call = connection.PostAsync(default);
        await server.NextCallAsync();
        time.Advance(await time.TimerAsync(static due => due == TimeSpan.FromSeconds(7)));
        await server.NextCallAsync();
        time.Advance(TimeSpan.FromSeconds(10));

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => call);
        Assert.Equal(FaultCodes.Timeout, exception.Code);
        Assert.Contains("answered 429: slow down", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_paused_channel_gets_one_more_look()
    {
        var paused = Reply.Json(503, """{"error": "channel_paused", "message": "paused", "retry_after": 30}""");
        await using var server = new MisbehavingServer(paused);
        await using var connection = server.Connect();

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));

        Assert.Equal((ErrorCodes.ChannelPaused, TimeSpan.FromSeconds(30)), (exception.Code, exception.RetryAfter));
        Assert.Equal(2, server.Calls.Count);
    }

    [Fact]
    public async Task Cancelling_the_call_cancels_the_request_with_the_callers_token()
    {
        await using var server = new MisbehavingServer(Reply.Silence);
        await using var connection = server.Connect();
        using var cancel = new CancellationTokenSource();

        var call = connection.PostAsync(cancel.Token);
        await server.NextCallAsync();
        await cancel.CancelAsync();

        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(cancel.Token, exception.CancellationToken);
    }

    [Fact]
    public async Task A_redirect_is_an_error_that_names_where_it_leads_and_takes_no_key_there()
    {
        await using var elsewhere = new MisbehavingServer(Posted);
        await using var server = new MisbehavingServer(
            Reply.Answer(307, "text/html", "moved", $"Location: {elsewhere.Address}v1/channels"));
        await using var connection = server.Connect();

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));

        Assert.Contains(elsewhere.Address.GetLeftPart(UriPartial.Authority), exception.Message, StringComparison.Ordinal);
        Assert.Empty(elsewhere.Requests);
        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task No_error_shows_the_key()
    {
        const string Secret = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
        foreach (var fault in (string[])["reset after", "500", "truncated", "HTML", "no HTTP"])
        {
            await using var server = new MisbehavingServer(Fault(fault));
            await using var connection = server.Connect(static options => options with { MaxAttempts = 1 });

            var exception = await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));

            Assert.DoesNotContain(Secret, exception.ToString(), StringComparison.Ordinal);
            Assert.Equal(MisbehavingServer.IssuedKeyText, server.Calls.Single().Header(HeaderNames.ApiKey));
        }
    }

    [Fact]
    public async Task The_text_of_an_error_is_one_line_of_bounded_length()
    {
        var text = "first\\nsecond\\u001b[31m " + new string('x', 5000);
        await using var server = new MisbehavingServer(Reply.Json(409, $$"""{"error": "conflict", "message": "{{text}}"}"""));
        await using var connection = server.Connect();

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));

        Assert.StartsWith("first second [31m xxx", exception.Message, StringComparison.Ordinal);
        Assert.InRange(exception.Message.Length, 400, 500);
    }

    [Fact]
    public async Task The_text_of_an_error_is_not_cut_within_a_character()
    {
        var text = new string('x', 499) + "😀";
        await using var server = new MisbehavingServer(Reply.Json(409, $$"""{"error": "conflict", "message": "{{text}}"}"""));
        await using var connection = server.Connect();

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));

        Assert.DoesNotContain(exception.Message, char.IsSurrogate);
    }

    [Theory]
    [InlineData("""{"error": "conflict"}""")]
    [InlineData("""{"error": "conflict", "message": ""}""")]
    public async Task An_error_without_text_shows_its_code(string body)
    {
        await using var server = new MisbehavingServer(Reply.Json(409, body));
        await using var connection = server.Connect();

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));

        Assert.Equal(("conflict", "conflict"), (exception.Code, exception.Message));
    }

    [Fact]
    public async Task A_compressed_answer_is_read()
    {
        await using var server = new MisbehavingServer(Reply.Compressed(ClientTest.PostedJson));
        await using var connection = server.Connect();

        var posted = await connection.PostAsync(default);

        Assert.Equal("m-1", posted.Message.Id);
        Assert.Contains("gzip", server.Calls.Single().Header("Accept-Encoding"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_small_answer_that_unpacks_to_more_than_the_limit_is_not_unpacked_to_its_end()
    {
        await using var server = new MisbehavingServer(Reply.Compressed(new string(' ', 50_000_000)));
        await using var connection = server.Connect();

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));

        Assert.Contains("4 MiB", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_in_http_1_0_that_ends_with_its_connection_is_read()
    {
        await using var server = new MisbehavingServer(Reply.Bytes($"HTTP/1.0 201 Created\r\n\r\n{ClientTest.PostedJson}"));
        await using var connection = server.Connect();

        Assert.Equal("m-1", (await connection.PostAsync(default)).Message.Id);
    }

    [Fact]
    public async Task Cookies_are_not_kept()
    {
        await using var server = new MisbehavingServer(Reply.Json(201, ClientTest.PostedJson, "Set-Cookie: a=b"));
        await using var connection = server.Connect();

        await connection.PostAsync(default);
        await connection.PostAsync(default);

        Assert.All(server.Requests, static request => Assert.Null(request.Header("Cookie")));
    }

    /// <summary>On fake time and without pauses between attempts.</summary>
    private static BusConnection Patient(MisbehavingServer server, TimeProvider time) =>
        new(ClientTest.Options(server.Address) with { RetryDelay = TimeSpan.Zero, TotalTimeout = TimeSpan.FromMinutes(2) }, time);

    private static Reply Fault(string fault) => fault switch
    {
        "reset before" => Reply.ResetBeforeCommit,
        "reset after" => Reply.ResetAfterCommit,
        "408" or "502" or "504" => Reply.Answer(int.Parse(fault, System.Globalization.CultureInfo.InvariantCulture), "text/html", "<h1>Bad gateway</h1>"),
        "500" => Reply.Error(500, ErrorCodes.InternalServerError),
        "503" => Reply.Error(503, "overloaded"),
        "429" => Reply.Error(429, ErrorCodes.RateLimitExceeded, "Retry-After: 0"),
        "truncated" => Reply.BrokenOff(ClientTest.PostedJson[..20]),
        "cut JSON" => Reply.Json(201, ClientTest.PostedJson[..20]),
        "HTML" => Reply.Answer(200, "text/html", "<html><body>Welcome to the hotel</body></html>"),
        "wrong type" => Reply.Answer(200, "text/plain", "all is well"),
        "no HTTP" => Reply.Bytes("SSH-2.0-OpenSSH_9.2\r\n"),
        _ => throw new ArgumentOutOfRangeException(nameof(fault)),
    };
}
