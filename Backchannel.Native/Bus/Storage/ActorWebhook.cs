namespace Backchannel.Native.Bus.Storage;

/// <summary>The address that is told when an actor is mentioned.</summary>
/// <param name="UpdatedAt">Microseconds since 1970.</param>
internal sealed record ActorWebhook(string Url, string? Secret, long UpdatedAt);
