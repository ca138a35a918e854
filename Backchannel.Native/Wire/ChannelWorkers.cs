namespace Backchannel.Native.Wire;

/// <summary>Answer to <c>GET /v1/channels/{channel}/workers</c>: who works on a channel.</summary>
/// <param name="Waiting">Who waits for a task, the longest first.</param>
/// <param name="Holding">Who holds a task, the oldest task first.</param>
/// <param name="LastClaimAt">When a task was last claimed, a <see cref="Timestamp"/>; null: not yet, or too long ago to be known.</param>
/// <remarks>Each list has at most <see cref="Limits.MaxPageSize"/> entries.</remarks>
internal sealed record ChannelWorkers(IReadOnlyList<WaitingWorker> Waiting, IReadOnlyList<HoldingWorker> Holding, string? LastClaimAt);

/// <summary>A worker that waits for a task.</summary>
/// <param name="Actor">The name under which it claims.</param>
/// <param name="Since">A <see cref="Timestamp"/>.</param>
internal sealed record WaitingWorker(string Actor, string Since);

/// <summary>A worker that holds a task and whose process lives, as far as the bus can know.</summary>
/// <param name="Since">When it claimed, a <see cref="Timestamp"/>.</param>
internal sealed record HoldingWorker(string Actor, string MessageId, string Since);

/// <summary>Part of the answer to <c>POST /v1/channels/{channel}/tasks</c>: who is there for the task.</summary>
/// <param name="Waiting">How many wait for a task.</param>
/// <param name="Holding">How many tasks are claimed, counted up to <see cref="Limits.MaxPageSize"/>.</param>
/// <param name="LastClaimAt">As in <see cref="ChannelWorkers"/>.</param>
internal sealed record WorkerCounts(int Waiting, int Holding, string? LastClaimAt);
