namespace Backchannel.Native.Telemetry;

/// <summary>What a span is to the other side. The numbers are those of OTLP.</summary>
internal enum SpanKind
{
    Server = 2,
    Client = 3,
    Producer = 4,
    Consumer = 5,
}
