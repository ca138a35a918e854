namespace Backchannel.Native.Bus.Storage;

/// <summary>A task that a claim may take.</summary>
/// <param name="CreatedAt">The key of its row.</param>
internal readonly record struct OpenTask(long CreatedAt, long Priority)
{
    /// <summary>Whether a claim takes this one rather than the other: the higher priority first, then the older.</summary>
    public bool IsBefore(OpenTask other) => Priority != other.Priority ? Priority > other.Priority : CreatedAt < other.CreatedAt;
}
