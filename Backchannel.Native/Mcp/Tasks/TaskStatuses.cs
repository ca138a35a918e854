namespace Backchannel.Native.Mcp.Tasks;

/// <summary>How a task stands, spelled as on the wire. This server asks its client nothing during a task, so none is <c>input_required</c>.</summary>
internal static class TaskStatuses
{
    public const string Working = "working";

    /// <summary>The call has a result, which may be a tool's refusal.</summary>
    public const string Completed = "completed";

    /// <summary>The call ended with an error of JSON-RPC.</summary>
    public const string Failed = "failed";

    public const string Cancelled = "cancelled";
}
