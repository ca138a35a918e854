using System.Text.Json.Serialization;

namespace Backchannel.Native.Wire;

/// <summary>The life of a task as <c>message-read</c> and the answers of its endpoints show it. Members without a value are left out.</summary>
internal sealed record TaskView
{
    /// <summary>One of <see cref="TaskStates"/>.</summary>
    public required string State { get; init; }

    /// <summary>1 to 9, higher first.</summary>
    public int Priority { get; init; } = TaskLimits.DefaultPriority;

    /// <summary>Id of the key that posted it; absent where the bus does not know.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PostedByKeyId { get; init; }

    /// <summary>Absent: no limit.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MaxAttempts { get; init; }

    /// <summary>Attempts that count, since the post or the last reopening.</summary>
    public int AttemptsUsed { get; init; }

    /// <summary>A <see cref="Timestamp"/>; of a waiting task, when the wait for a time ends.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? NotBefore { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Prerequisite>? DependsOn { get; init; }

    /// <summary>Why a failed or cancelled task ended.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? EndedAt { get; init; }

    /// <summary>When it was reopened last, a <see cref="Timestamp"/>; absent where it never was, or has failed or was cancelled since.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ReopenedAt { get; init; }

    /// <summary>Who ended a failed or cancelled task; absent where the bus did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ActorReference? EndedBy { get; init; }

    /// <summary>The attempts that ended, the oldest first; an ack is the last one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TaskAttempt>? Attempts { get; init; }

    /// <summary>How many older ones are not shown, because the answer would be too long; absent for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? AttemptsLeftOut { get; init; }

    /// <summary>The newest report of a worker.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TaskProgress? Progress { get; init; }

    /// <summary>Questions, answers and comments, the oldest first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TaskNote>? Notes { get; init; }

    /// <summary>How many older ones are not shown, because the answer would be too long; absent for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? NotesLeftOut { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ReplyTo { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Thread { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<FileReference>? Files { get; init; }
}

/// <summary>A task that another one waits for.</summary>
/// <param name="State">One of <see cref="TaskStates"/>; <c>expired</c> for one that is gone.</param>
internal sealed record Prerequisite(string Id, string State);

/// <summary>One hold of a task, from its claim to its end.</summary>
/// <param name="Worker">Null where the actor is gone.</param>
/// <param name="Outcome">One of <see cref="AttemptOutcomes"/>.</param>
internal sealed record TaskAttempt(
    int Number,
    ActorReference? Worker,
    string StartedAt,
    string EndedAt,
    string Outcome,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null);
