namespace Backchannel.Native.Mcp;

/// <summary>The methods of the protocol that this server knows, spelled as on the wire.</summary>
internal static class McpMethods
{
    /// <summary>Client, once, handshake versions: negotiates version and capabilities.</summary>
    public const string Initialize = "initialize";

    /// <summary>Client, any time, handshake versions: whether the server still answers.</summary>
    public const string Ping = "ping";

    /// <summary>Client, handshake versions: the least severe log message that it wants.</summary>
    public const string SetLoggingLevel = "logging/setLevel";

    /// <summary>Client, since 2026-07-28: versions, capabilities and instructions of the server.</summary>
    public const string Discover = "server/discover";

    /// <summary>Client, since 2026-07-28: opens a stream of notifications.</summary>
    public const string Listen = "subscriptions/listen";

    public const string ListTools = "tools/list";

    public const string CallTool = "tools/call";

    /// <summary>Client, extension for tasks: how a task stands, and its result.</summary>
    public const string GetTask = "tasks/get";

    /// <summary>Client, extension for tasks: answers to what a task asked.</summary>
    public const string UpdateTask = "tasks/update";

    /// <summary>Client, extension for tasks: it no longer wants the result of a task.</summary>
    public const string CancelTask = "tasks/cancel";

    public const string ListPrompts = "prompts/list";

    public const string GetPrompt = "prompts/get";

    /// <summary>Client: what may be meant by an argument of a prompt that is being typed.</summary>
    public const string Complete = "completion/complete";

    /// <summary>Client or server, never answered: it no longer wants the answer to a request.</summary>
    public const string Cancelled = "notifications/cancelled";

    /// <summary>Client, handshake versions: its roots are others now.</summary>
    public const string RootsChanged = "notifications/roots/list_changed";

    /// <summary>Server, deprecated since 2026-07-28: which folders the client works in. That version asks in the result of a tool call.</summary>
    public const string ListRoots = "roots/list";

    /// <summary>Server: progress of a request that came with a progress token.</summary>
    public const string Progress = "notifications/progress";

    /// <summary>Server, handshake versions: a log message.</summary>
    public const string LogMessage = "notifications/message";

    /// <summary>Server, since 2026-07-28: a stream of notifications is open.</summary>
    public const string SubscriptionAcknowledged = "notifications/subscriptions/acknowledged";

    /// <summary>Server, extension for tasks: how a task of a stream of notifications stands now.</summary>
    public const string TaskChanged = "notifications/tasks";
}
