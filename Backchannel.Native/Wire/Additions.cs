namespace Backchannel.Native.Wire;

/// <summary>What the bus of this program offers beyond the contract; <c>GET /health</c> lists them in <see cref="HeaderNames.Additions"/>.</summary>
internal static class Additions
{
    /// <summary><c>GET /v1/messages/{id}</c>, with waiting and the metadata of acks.</summary>
    public const string MessageRead = "message-read";

    /// <summary>Claims carry <see cref="HeaderNames.Deliveries"/>.</summary>
    public const string Deliveries = "deliveries";

    /// <summary>Times are unique and given in commit order: following a cursor misses nothing.</summary>
    public const string OrderedCursors = "ordered-cursors";

    /// <summary>An ack that names its lease counts only while that lease was not replaced.</summary>
    public const string LeasedAck = "leased-ack";

    /// <summary>An ack may bring the result of the task along, which is published in the same step.</summary>
    public const string AckWithResult = "ack-with-result";

    /// <summary>The bus itself frees leases that run out, within a second or so.</summary>
    public const string LeaseSweep = "lease-sweep";

    /// <summary>Claims belong to a session: only that one ends a task while it lives, and its key's other processes afterwards.</summary>
    public const string TaskSessions = "task-sessions";

    /// <summary>Tasks with options, <c>finish</c>, <c>cancel</c>, <c>reopen</c>, and their state in <see cref="MessageRead"/>.</summary>
    public const string TaskLife = "task-life";

    /// <summary><c>POST /v1/tasks/claim-next</c>: the best open task of several channels in one request, which may wait for one.</summary>
    public const string ClaimNext = "claim-next";

    /// <summary><see cref="ClaimNext"/> takes the ack of the task before along: both are kept, or neither.</summary>
    public const string AckAndClaim = "ack-and-claim";

    /// <summary><c>GET /v1/channels/{channel}/workers</c>: who waits for tasks there and who holds one.</summary>
    public const string ChannelWorkers = "channel-workers";

    /// <summary>Questions, answers, comments and progress on a task.</summary>
    public const string TaskNotes = "task-notes";

    /// <summary>Waiting for many tasks in one request.</summary>
    public const string TaskWait = "task-wait";

    /// <summary>Posts that answer a message.</summary>
    public const string Replies = "replies";

    /// <summary>The tasks that a key holds and posted.</summary>
    public const string OwnTasks = "own-tasks";

    /// <summary>Files: uploading them, naming them in tasks and results, and reading them.</summary>
    public const string TaskFiles = "task-files";

    /// <summary>What people look at: lanes, lists of tasks, what changes, workers, and a search.</summary>
    public const string Views = "views";

    /// <summary>A task keeps the <c>traceparent</c> of its post; answers to its claims have it as a member of that name.</summary>
    public const string TaskTraces = "task-traces";

    public static readonly IReadOnlyList<string> Names =
    [
        MessageRead,
        Deliveries,
        OrderedCursors,
        LeasedAck,
        AckWithResult,
        LeaseSweep,
        TaskSessions,
        TaskLife,
        TaskNotes,
        TaskWait,
        Replies,
        OwnTasks,
        TaskFiles,
        ClaimNext,
        AckAndClaim,
        ChannelWorkers,
        Views,
        TaskTraces,
    ];

    /// <summary>All of them, as the header carries them.</summary>
    public static readonly string All = string.Join(", ", Names);
}
