namespace Backchannel.Native.Bus.Storage;

/// <summary>Where an actor wants to be told that it was mentioned.</summary>
/// <param name="UpdatedAt">Microseconds since 1970.</param>
internal sealed record ActorWebhook(string Url, string? Secret, long UpdatedAt);
