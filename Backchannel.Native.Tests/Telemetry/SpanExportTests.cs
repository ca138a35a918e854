using Backchannel.Native.Telemetry;
using Backchannel.Native.Tests.Support.Servers;

namespace Backchannel.Native.Tests.Telemetry;

/// <summary>Whatever the collector does, whoever ends a span goes on at once: these tests end many while it does it.</summary>
public sealed class SpanExportTests
{
    private readonly List<string> warnings = [];

    [Fact]
    public async Task What_has_ended_is_sent_at_the_end_of_the_process_with_the_operators_headers()
    {
        await using var collector = new MisbehavingServer(_ => Support.Servers.Reply.Json(200, "{}"));
        await using (var export = Export(collector.Address))
        {
            EndSpans(export, 3);
        }

        var request = Assert.Single(collector.Requests);
        Assert.Equal(("POST", "/v1/traces", "application/json", "secret"), (request.Method, request.Target, request.Header("Content-Type"), request.Header("x-token")));
        Assert.Equal(3, OtlpSpan.In(request).Count);
        Assert.DoesNotContain("secret", request.Text, StringComparison.Ordinal);
        Assert.Empty(warnings);
    }

    /// <remarks>The collector takes a request and never answers: what is ended meanwhile beyond the room for it is lost.</remarks>
    [Fact]
    public async Task A_collector_that_hangs_holds_nobody_up_and_the_end_does_not_wait_for_it()
    {
        using var port = new UnansweredPort();
        port.Hang();
        var export = Export(port.Address);

        EndSpans(export, 10_000);

        await export.DisposeAsync().AsTask().Within();
        Assert.Contains("had not answered when this program ended: traces and measures are lost", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collector_that_is_not_there_is_told_once()
    {
        using var port = new UnansweredPort();
        var export = Export(port.Address);

        EndSpans(export, 10_000);

        await export.DisposeAsync().AsTask().Within();
        Assert.Contains($"the collector at {port.Address.GetLeftPart(UriPartial.Authority)} cannot be reached", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collector_that_is_busy_gets_the_same_again()
    {
        var busy = 2;
        await using var collector = new MisbehavingServer(_ => Interlocked.Decrement(ref busy) >= 0 ? Support.Servers.Reply.Json(503, "{}") : Support.Servers.Reply.Json(200, "{}"));
        await using var export = new TelemetryExport(Settings(collector.Address), warnings.Add, new FastTime(factor: 20));

        EndSpans(export, 1);
        var bodies = new[] { await collector.NextCallAsync(), await collector.NextCallAsync(), await collector.NextCallAsync() }.Select(static call => call.Text);

        Assert.Single(bodies.Distinct());
    }

    [Fact]
    public async Task A_trace_that_is_not_recorded_is_continued_and_not_sent()
    {
        await using var collector = new MisbehavingServer(_ => Support.Servers.Reply.Json(200, "{}"));
        await using (var export = Export(collector.Address))
        {
            using var span = export.Tracer!.Begin(SpanKind.Client, "x", TraceContext.New() with { IsSampled = false });
            Assert.EndsWith("-00", span.Context.ToString(), StringComparison.Ordinal);
        }

        Assert.Empty(collector.Requests);
    }

    private TelemetryExport Export(Uri collector) => new(Settings(collector), warnings.Add, TimeProvider.System);

    private static OtlpSettings Settings(Uri collector) =>
        new(new Uri(collector, "/v1/traces"), null, [new("x-token", "secret")], "service", "1", TimeSpan.FromSeconds(60));

    private static void EndSpans(TelemetryExport export, int count)
    {
        for (var i = 0; i < count; i++)
        {
            export.Tracer!.Begin(SpanKind.Client, "settle lane", null).Dispose();
        }
    }
}
