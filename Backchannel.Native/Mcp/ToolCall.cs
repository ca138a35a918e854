namespace Backchannel.Native.Mcp;

/// <summary>What one call of a tool carries beside its arguments.</summary>
/// <param name="reportProgress">Sends one progress message to the caller; null when the caller gave no progress token.</param>
/// <param name="traceParent">The W3C <c>traceparent</c> of the request, to be passed on to the bus; null when there was none.</param>
/// <param name="inputEnded">See <see cref="InputEnded"/>.</param>
internal sealed class ToolCall(
    Func<string, CancellationToken, ValueTask>? reportProgress, string? traceParent, CancellationToken inputEnded = default)
{
    /// <summary>Longest result in bytes of its JSON. What does not fit is left for the next page, or cut with a sentence that says so.</summary>
    /// <value>Default 100,000: a model's context has to hold it.</value>
    public int MaxResultBytes { get; init; } = 100_000;

    /// <summary>Whether the caller listens for progress; only then may a call last longer than a client's usual time limit.</summary>
    public bool CanReportProgress => reportProgress is not null;

    public string? TraceParent => traceParent;

    /// <summary>Whether the process ends with this call: what it keeps in mind for a repetition is gone then.</summary>
    public bool IsLast { get; init; }

    /// <summary>
    /// The caller will send nothing more and is about to be gone. What only waits ends now, with an
    /// <see cref="OperationCanceledException"/>; what is being done is finished, within half a second.
    /// </summary>
    public CancellationToken InputEnded => inputEnded;

    /// <summary>Reports progress; does nothing when nobody listens.</summary>
    /// <param name="message">One short sentence, such as "claimed by worker-7".</param>
    public ValueTask ReportProgressAsync(string message, CancellationToken cancellationToken) =>
        reportProgress?.Invoke(message, cancellationToken) ?? ValueTask.CompletedTask;
}
