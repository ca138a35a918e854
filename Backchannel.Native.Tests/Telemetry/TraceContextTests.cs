using Backchannel.Native.Telemetry;

namespace Backchannel.Native.Tests.Telemetry;

public sealed class TraceContextTests
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string Span = "00f067aa0ba902b7";

    [Theory]
    [InlineData($"00-{Trace}-{Span}-01", true)]
    [InlineData($"00-{Trace}-{Span}-00", false)]
    [InlineData($"00-{Trace}-{Span}-03", true)]
    [InlineData($"cc-{Trace}-{Span}-01-what-is-to-come", true)]
    public void A_place_is_read_and_continued(string text, bool isSampled)
    {
        var place = TraceContext.Parse(text)!;
        var next = place.Next();

        Assert.Equal((Trace, Span, isSampled), (place.TraceId, place.SpanId, place.IsSampled));
        Assert.Equal((Trace, isSampled), (next.TraceId, next.IsSampled));
        Assert.NotEqual(Span, next.SpanId);
        Assert.Equal(next, TraceContext.Parse(next.ToString()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData($"00-{Trace}-{Span}-1")]
    [InlineData($"00-{Trace}-{Span}-01-more")]
    [InlineData($"cc-{Trace}-{Span}-01more")]
    [InlineData($"ff-{Trace}-{Span}-01")]
    [InlineData($"0x-{Trace}-{Span}-01")]
    [InlineData($"00-{Trace}-{Span}-0g")]
    [InlineData($"00-00000000000000000000000000000000-{Span}-01")]
    [InlineData($"00-{Trace}-0000000000000000-01")]
    [InlineData("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01")]
    [InlineData($"00_{Trace}_{Span}_01")]
    public void What_is_no_traceparent_is_ignored(string? text) => Assert.Null(TraceContext.Parse(text));

    [Fact]
    public void A_new_trace_is_one_that_others_read() => Assert.NotNull(TraceContext.Parse(TraceContext.New().ToString()));
}
