namespace Backchannel.Native.Bus.Storage;

/// <summary>What is stored of a task's life beside its message.</summary>
internal sealed record TaskRecord
{
    /// <summary>Null: as the channel says.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>Attempts that count, since the post or the last reopening.</summary>
    public int Attempts { get; init; }

    /// <summary>The earliest start that the post named.</summary>
    public long? NotBefore { get; init; }

    /// <summary>When a waiting task opens, unless it waits for other tasks too.</summary>
    public long? ReadyAt { get; init; }

    /// <summary>Prerequisites that are not acknowledged yet.</summary>
    public int Pending { get; init; }

    /// <summary>When it failed, was cancelled or was reopened, whatever was last.</summary>
    public long? TurnedAt { get; init; }

    /// <summary>When it ended, where it has.</summary>
    /// <param name="state">As it is stored now.</param>
    public long? EndedAt(StoredState state) => IsEnd(state) ? TurnedAt : null;

    /// <summary>When it was reopened last, where it has not ended without an ack since.</summary>
    /// <param name="state">As it is stored now.</param>
    public long? ReopenedAt(StoredState state) => IsEnd(state) ? null : TurnedAt;

    private static bool IsEnd(StoredState state) => state is not (StoredState.Normal or StoredState.Waiting);

    public string? Reason { get; init; }

    public Wire.ActorReference? EndedBy { get; init; }
}
