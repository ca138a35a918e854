namespace Backchannel.Native.Telemetry;

/// <summary>One step of a trace. Neither content nor a secret may be put into it: it leaves for the operator's collector.</summary>
/// <remarks>Used by one thread at a time, until it ends. It ends once; what is said to it later is lost.</remarks>
/// <param name="context">What others continue.</param>
/// <param name="parentId">The span that this one continues; null: it begins the trace.</param>
internal sealed class Span(Tracer tracer, TraceContext context, string? parentId, SpanKind kind, string name, DateTimeOffset start) : IDisposable
{
    private int hasEnded;

    public TraceContext Context => context;

    public string? ParentId => parentId;

    public SpanKind Kind => kind;

    public string Name => name;

    public DateTimeOffset Start => start;

    public DateTimeOffset End { get; private set; }

    /// <summary>Texts and whole numbers.</summary>
    public List<KeyValuePair<string, object>> Attributes { get; } = [];

    /// <summary>What went wrong, as one of few possible words; null: nothing did.</summary>
    public string? Error { get; set; }

    /// <param name="value">A text or a whole number; null: nothing is set.</param>
    public void Set(string attribute, object? value)
    {
        if (value is not null)
        {
            Attributes.Add(new(attribute, value));
        }
    }

    /// <summary>Ends the span now.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref hasEnded, 1) == 0)
        {
            End = tracer.Now;
            tracer.Ended(this);
        }
    }
}
