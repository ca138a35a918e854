using Backchannel.Native.Mcp.Tasks;

namespace Backchannel.Native.Mcp;

/// <summary>One call of a tool, without its arguments.</summary>
/// <param name="reportProgress">Sends one progress message to the caller; null when the caller gave no progress token.</param>
/// <param name="traceParent">The W3C <c>traceparent</c> of the request, to be passed on to the bus; null when there was none.</param>
/// <param name="inputEnded">See <see cref="InputEnded"/>.</param>
internal sealed class ToolCall(
    Func<string, CancellationToken, ValueTask>? reportProgress, string? traceParent, CancellationToken inputEnded = default)
{
    /// <summary>Longest result in bytes of its JSON. A tool leaves the rest to the next page, or cuts it and says so.</summary>
    /// <value>Default 100,000: a model's context has to hold it.</value>
    public int MaxResultBytes { get; init; } = 100_000;

    /// <summary>Whether the caller asked for progress messages; only then may a call last longer than a client's usual time limit.</summary>
    public bool CanReportProgress => reportProgress is not null;

    public string? TraceParent => traceParent;

    /// <summary>The conversation that the call belongs to, where the client names it; null: it does not, or nobody watches the calls.</summary>
    public string? ThreadId { get; init; }

    /// <summary>Of a call that may go on as a task; null: it has to be answered.</summary>
    public TaskWait? Task { get; init; }

    /// <summary>The same call, which has to be answered.</summary>
    public ToolCall WithoutTask() => new(reportProgress, traceParent, inputEnded)
    {
        MaxResultBytes = MaxResultBytes, ThreadId = ThreadId, ListRootsAsync = ListRootsAsync, IsLast = IsLast,
    };

    /// <summary>Asks the client for its roots; without the capability, a client has none.</summary>
    /// <exception cref="InputRequiredException">The call ends here and comes again with them, so it must not have done anything yet.</exception>
    public Func<CancellationToken, Task<RootList>> ListRootsAsync { get; init; } = static _ => System.Threading.Tasks.Task.FromResult(RootList.None);

    /// <summary>Whether the process ends after this call. What it remembers for a repeated call is lost then.</summary>
    public bool IsLast { get; init; }

    /// <summary>
    /// The caller sends nothing more and is about to end. A tool that only waits ends now, with an
    /// <see cref="OperationCanceledException"/>; one that does something has half a second to finish it.
    /// </summary>
    public CancellationToken InputEnded => inputEnded;

    /// <summary>Sends a progress message; does nothing when the caller asked for none.</summary>
    /// <param name="message">One short sentence, such as "claimed by worker-7".</param>
    public ValueTask ReportProgressAsync(string message, CancellationToken cancellationToken) =>
        reportProgress?.Invoke(message, cancellationToken) ?? ValueTask.CompletedTask;
}
