namespace Backchannel.Native.Telemetry;

/// <summary>Begins spans, and hands over those that have ended.</summary>
/// <param name="ended">Takes a span of a trace that is recorded. Never waits.</param>
internal sealed class Tracer(TimeProvider time, Action<Span> ended)
{
    public DateTimeOffset Now => time.GetUtcNow();

    /// <param name="parent">What it continues; null: it begins a trace.</param>
    /// <param name="start">When it began; null: now.</param>
    public Span Begin(SpanKind kind, string name, TraceContext? parent, DateTimeOffset? start = null) =>
        new(this, parent?.Next() ?? TraceContext.New(), parent?.SpanId, kind, name, start ?? Now);

    public void Ended(Span span)
    {
        // Whoever began the trace decides for all of it.
        if (span.Context.IsSampled)
        {
            ended(span);
        }
    }
}
