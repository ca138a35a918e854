using System.Globalization;
using System.Text.Json;

namespace Backchannel.Native.Tests.Support.Servers;

/// <summary>A span as a collector gets it.</summary>
internal sealed record OtlpSpan(
    string Service, string Name, int Kind, string TraceId, string SpanId, string? ParentId, long Start, long End, IReadOnlyDictionary<string, string> Attributes, bool HasFailed)
{
    /// <summary>The spans of one export request.</summary>
    public static IReadOnlyList<OtlpSpan> In(RecordedRequest request)
    {
        using var body = JsonDocument.Parse(request.Text);
        return
        [
            .. from resource in body.RootElement.GetProperty("resourceSpans").EnumerateArray()
               let service = AttributesOf(resource.GetProperty("resource"))["service.name"]
               from scope in resource.GetProperty("scopeSpans").EnumerateArray()
               from span in scope.GetProperty("spans").EnumerateArray()
               select new OtlpSpan(
                   service,
                   span.GetProperty("name").GetString()!,
                   span.GetProperty("kind").GetInt32(),
                   span.GetProperty("traceId").GetString()!,
                   span.GetProperty("spanId").GetString()!,
                   span.TryGetProperty("parentSpanId", out var parent) ? parent.GetString() : null,
                   Time(span, "startTimeUnixNano"),
                   Time(span, "endTimeUnixNano"),
                   AttributesOf(span),
                   span.TryGetProperty("status", out var status) && status.GetProperty("code").GetInt32() == 2),
        ];
    }

    private static long Time(JsonElement span, string name) => long.Parse(span.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    private static Dictionary<string, string> AttributesOf(JsonElement owner) => owner.GetProperty("attributes").EnumerateArray().ToDictionary(
        static attribute => attribute.GetProperty("key").GetString()!,
        static attribute => attribute.GetProperty("value").EnumerateObject().Single().Value.GetString()!);
}
