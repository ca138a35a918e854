using System.Text.Json;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Servers;

namespace Backchannel.Native.Tests.EndToEnd.Handoff;

/// <summary>One trace from a post to its ack, of two sessions and a bus in processes of their own, and a collector.</summary>
public sealed class TraceTests : IAsyncLifetime, IDisposable
{
    private const string Content = "canary-content";
    private const string Result = "canary-result";
    private const string Token = "canary-token";

    private const int Server = 2;
    private const int Client = 3;
    private const int Producer = 4;
    private const int Consumer = 5;

    private readonly TemporaryHome home = new();
    private readonly TemporaryFolder folder = new();
    private readonly MisbehavingServer collector = new(_ => Reply.Json(200, "{}"));

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await collector.DisposeAsync();

    public void Dispose()
    {
        folder.Dispose();
        home.Dispose();
    }

    [Fact]
    public async Task A_post_its_claim_its_run_and_its_ack_are_one_trace_over_three_processes()
    {
        var messageId = await HandOffAsync(collector.Address);

        var spans = Spans();
        var send = Single(spans, "send lane");
        var (receive, process, settle) = (Single(spans, "receive lane"), Single(spans, "process lane"), Single(spans, "settle lane"));
        var post = Single(spans, "POST /v1/channels/{channel}/tasks");
        var finish = Single(spans, "POST /v1/messages/{message}/finish");

        Assert.Equal([send.TraceId], spans.Select(static span => span.TraceId).Distinct());
        Assert.Null(send.ParentId);
        Assert.Equal(
            (send.SpanId, send.SpanId, send.SpanId, process.SpanId, settle.SpanId),
            (post.ParentId, receive.ParentId, process.ParentId, settle.ParentId, finish.ParentId));
        Assert.Equal((Producer, Client, Consumer, Client, Server), (send.Kind, receive.Kind, process.Kind, settle.Kind, post.Kind));
        Assert.Equal(
            ("poster", "worker", "worker", "worker", "bus", "bus"),
            (send.Service, receive.Service, process.Service, settle.Service, post.Service, finish.Service));
        Assert.All([send, receive, process, settle], span => Assert.Equal(
            ("backchannel", "lane", messageId, span.Name.Split(' ')[0]),
            (span.Attributes["messaging.system"], span.Attributes["messaging.destination.name"], span.Attributes["messaging.message.id"], span.Attributes["messaging.operation.type"])));
        Assert.Equal("acknowledged", process.Attributes["backchannel.outcome"]);
        Assert.All(spans, static span => Assert.True(span.Start <= span.End && !span.HasFailed));
        Assert.True(process.Start <= settle.Start && settle.End <= process.End);
    }

    [Fact]
    public async Task A_trace_of_the_client_goes_on()
    {
        const string Trace = "0af7651916cd43dd8448eb211c80319c";
        await HandOffAsync(collector.Address, $$"""{"traceparent":"00-{{Trace}}-b7ad6b7169203331-01"}""");

        Assert.Equal([Trace], Spans().Select(static span => span.TraceId).Distinct());
        Assert.Equal("b7ad6b7169203331", Single(Spans(), "send lane").ParentId);
    }

    [Fact]
    public async Task The_collector_gets_neither_content_nor_a_key_and_the_operators_headers()
    {
        await HandOffAsync(collector.Address);

        var key = (await File.ReadAllTextAsync(Path.Combine(home.KeyFolder, "key"))).Trim();
        Assert.NotEmpty(collector.Requests);
        Assert.All(collector.Requests, request =>
        {
            Assert.Equal(Token, request.Header("x-token"));
            Assert.DoesNotContain("canary", request.Text, StringComparison.Ordinal);
            Assert.DoesNotContain(key, request.Text, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task The_bus_sends_its_measures()
    {
        await HandOffAsync(collector.Address);

        var sent = JsonDocument.Parse(collector.Requests.Last(static request => request.Target == "/v1/metrics").Text).RootElement;
        var metrics = sent.GetProperty("resourceMetrics")[0].GetProperty("scopeMetrics")[0].GetProperty("metrics").EnumerateArray()
            .ToDictionary(static metric => metric.GetProperty("name").GetString()!);
        var attempts = metrics["backchannel_task_attempts_total"].GetProperty("sum");
        var run = metrics["backchannel_task_run_seconds"].GetProperty("histogram").GetProperty("dataPoints")[0];

        Assert.Equal("1", attempts.GetProperty("dataPoints")[0].GetProperty("asInt").GetString());
        Assert.True(attempts.GetProperty("isMonotonic").GetBoolean());
        Assert.Equal("1", run.GetProperty("count").GetString());
        Assert.Equal(run.GetProperty("explicitBounds").GetArrayLength() + 1, run.GetProperty("bucketCounts").GetArrayLength());
        Assert.Equal(6, metrics["backchannel_tasks"].GetProperty("gauge").GetProperty("dataPoints").GetArrayLength());
    }

    /// <remarks>Nothing answers during the whole handoff: had any call waited for the collector, it would wait still.</remarks>
    [Fact]
    public async Task A_collector_that_never_answers_holds_no_call_up()
    {
        await using var silent = new MisbehavingServer(_ => Reply.Silence);

        await HandOffAsync(silent.Address);

        Assert.NotEmpty(silent.Requests);
    }

    [Fact]
    public async Task A_collector_that_is_not_there_holds_no_call_up()
    {
        using var port = new UnansweredPort();

        await HandOffAsync(port.Address);
    }

    [Fact]
    public async Task Without_the_variable_nothing_is_sent()
    {
        await HandOffAsync(null);

        Assert.Empty(collector.Requests);
        Assert.Equal(0, DatabaseFile.QueryInteger(folder.File("bus.db"), "SELECT count(*) FROM traces"));
    }

    /// <summary>Posts, claims and acknowledges, then ends all three processes in order.</summary>
    /// <param name="to">The collector; null: none is named.</param>
    /// <param name="meta">The <c>_meta</c> of the post.</param>
    /// <returns>The task's id.</returns>
    private async Task<string> HandOffAsync(Uri? to, string meta = "{}")
    {
        await using var bus = await ServedBus.StartAsync(folder.File("bus.db"), Environment("bus", to));
        string messageId;
        await using (var poster = await AgentProcess.StartAsync(home.Path, "poster", bus.BaseUrl, Environment("poster", to)))
        await using (var worker = await AgentProcess.StartAsync(home.Path, "worker", bus.BaseUrl, Environment("worker", to)))
        {
            var posted = await poster.RequestAsync(
                "tools/call", $$"""{"name":"post_task","arguments":{"channel":"lane","content":"{{Content}}"},"_meta":{{meta}}}""");
            messageId = posted.GetProperty("structuredContent").GetProperty("message_id").GetString()!;
            await worker.CallAsync("claim_task", """{"channel":"lane"}""");
            await worker.CallAsync("ack_task", $$"""{"message_id":"{{messageId}}","result":"{{Result}}"}""");
            Assert.Equal((0, 0), (await poster.EndAsync(), await worker.EndAsync()));
        }

        Assert.Equal(0, await bus.StopAsync());
        return messageId;
    }

    private static Dictionary<string, string> Environment(string name, Uri? to) => to is null ? [] : new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = to.GetLeftPart(UriPartial.Authority),
        ["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-token={Token}",
        ["OTEL_SERVICE_NAME"] = name,
    };

    private List<OtlpSpan> Spans() => [.. collector.Requests.Where(static request => request.Target == "/v1/traces").SelectMany(OtlpSpan.In)];

    private static OtlpSpan Single(IEnumerable<OtlpSpan> spans, string name) => Assert.Single(spans, span => span.Name == name);
}
