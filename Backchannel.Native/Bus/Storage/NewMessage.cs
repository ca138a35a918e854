namespace Backchannel.Native.Bus.Storage;

/// <summary>A message as its poster sent it.</summary>
/// <param name="Metadata">A JSON object; null for an empty one.</param>
/// <param name="Mentions">A JSON list of actors; null for none.</param>
internal sealed record NewMessage(string Content, string? Metadata, string? ActorLabel, ActorRecord? Actor, string? Mentions)
{
    /// <summary>The key that posts.</summary>
    public string? KeyId { get; init; }

    public StoredState State { get; init; }

    public int Priority { get; init; } = Wire.TaskLimits.DefaultPriority;

    public PostOptions Named { get; init; }

    /// <summary>Id of the message that this one answers.</summary>
    public string? ReplyTo { get; init; }

    /// <summary>Id of the first message of the chain of answers.</summary>
    public string? Thread { get; init; }
}
