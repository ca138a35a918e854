using System.Text.Json;
using Backchannel.Native.Text;

namespace Backchannel.Native.Telemetry;

/// <summary>Spans as the JSON of OTLP (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding).</summary>
internal static class OtlpSpans
{
    private const int StatusError = 2;

    public static ReadOnlyMemory<byte> Write(IReadOnlyList<Span> spans, OtlpResource resource) => ReadableJson.Write(json => resource.Write(json, "Spans", json =>
    {
        json.WriteStartArray("spans"u8);
        foreach (var span in spans)
        {
            Write(json, span);
        }

        json.WriteEndArray();
    }));

    private static void Write(Utf8JsonWriter json, Span span)
    {
        json.WriteStartObject();
        json.WriteString("traceId"u8, span.Context.TraceId);
        json.WriteString("spanId"u8, span.Context.SpanId);
        if (span.ParentId is { } parent)
        {
            json.WriteString("parentSpanId"u8, parent);
        }

        json.WriteString("name"u8, span.Name);
        json.WriteNumber("kind"u8, (int)span.Kind);
        OtlpResource.WriteTime(json, "startTimeUnixNano", span.Start);
        OtlpResource.WriteTime(json, "endTimeUnixNano", span.End);
        OtlpResource.WriteAttributes(json, span.Error is { } error ? [.. span.Attributes, new("error.type", error)] : span.Attributes);
        if (span.Error is not null)
        {
            json.WriteStartObject("status"u8);
            json.WriteNumber("code"u8, StatusError);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
