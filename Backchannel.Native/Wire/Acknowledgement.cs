namespace Backchannel.Native.Wire;

/// <summary>That an actor reported a message as done.</summary>
/// <param name="Id">UUID of the actor.</param>
/// <param name="Name">Name of the actor.</param>
/// <param name="OccurredAt">A <see cref="Timestamp"/>.</param>
internal sealed record Acknowledgement(string Id, string Name, string OccurredAt);
