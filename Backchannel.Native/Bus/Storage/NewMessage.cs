namespace Backchannel.Native.Bus.Storage;

/// <summary>A message as its poster sent it.</summary>
/// <param name="Metadata">A JSON object; null for an empty one.</param>
/// <param name="Mentions">A JSON list of actors; null for none.</param>
internal sealed record NewMessage(string Content, string? Metadata, string? ActorLabel, ActorRecord? Actor, string? Mentions);
