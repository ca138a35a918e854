namespace Backchannel.Native.Bus.Storage;

/// <summary>A note on a task as it is stored.</summary>
internal sealed record NoteRecord
{
    public required long CreatedAt { get; init; }

    public required long Salt { get; init; }

    /// <summary>The key of the message.</summary>
    public required long Message { get; init; }

    /// <summary>One of <see cref="Wire.NoteKinds"/> but a withdrawal.</summary>
    public required string Kind { get; init; }

    /// <summary>Null: progress that is only a percent.</summary>
    public string? Text { get; init; }

    public int? Percent { get; init; }

    /// <summary>The number of the actor that noted.</summary>
    public long? Actor { get; init; }

    /// <summary>What the author calls itself; with an actor, the actor's name.</summary>
    public required string By { get; init; }

    public required string KeyId { get; init; }

    /// <summary>Of an answer: the question's <see cref="CreatedAt"/>.</summary>
    public long? Question { get; init; }

    /// <summary>Of a question: one of <see cref="Wire.QuestionEnds"/>; null while it is open.</summary>
    public string? Closed { get; init; }

    public string Id => BusId.Format(CreatedAt, Salt);
}
