namespace Backchannel.Native.Mcp;

/// <summary>Members of <c>_meta</c> that this server reads or writes.</summary>
internal static class MetaKeys
{
    public const string Meta = "_meta";

    /// <summary>Request, since 2026-07-28: the version it is written in.</summary>
    public const string ProtocolVersion = "io.modelcontextprotocol/protocolVersion";

    /// <summary>Request, since 2026-07-28: the capabilities of the client.</summary>
    public const string ClientCapabilities = "io.modelcontextprotocol/clientCapabilities";

    /// <summary>Request, since 2026-07-28, optional: name and version of the client.</summary>
    public const string ClientInfo = "io.modelcontextprotocol/clientInfo";

    /// <summary>Request, since 2026-07-28: the least severe log message wanted while it is served.</summary>
    public const string LogLevel = "io.modelcontextprotocol/logLevel";

    /// <summary>Result, since 2026-07-28: name and version of this server.</summary>
    public const string ServerInfo = "io.modelcontextprotocol/serverInfo";

    /// <summary>Notification and final result of a subscription, since 2026-07-28: the id of the request that opened it.</summary>
    public const string SubscriptionId = "io.modelcontextprotocol/subscriptionId";

    /// <summary>Tool: Claude Code shows it to the model at once, not only when a search finds it.</summary>
    public const string AlwaysLoad = "anthropic/alwaysLoad";

    /// <summary>Request, all versions: asks for progress messages, each of which repeats it.</summary>
    public const string ProgressToken = "progressToken";

    /// <summary>Tool call, from Codex alone: the conversation that it belongs to.</summary>
    public const string ThreadId = "threadId";

    /// <summary>Request, all versions: W3C trace context (SEP-414).</summary>
    public const string TraceParent = "traceparent";
}
