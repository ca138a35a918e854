namespace Backchannel.Native.Wire;

/// <summary>Answer to setting an actor's webhook.</summary>
internal sealed record WebhookSetting(string ActorId, string Url, bool HasSecret);

/// <summary>An actor's webhook; its secret is never shown.</summary>
/// <param name="UpdatedAt">A <see cref="Timestamp"/>.</param>
internal sealed record WebhookView(string ActorId, string Url, bool HasSecret, string UpdatedAt);

/// <summary>Answer to removing an actor's webhook.</summary>
internal sealed record WebhookRemoval(bool Deleted);
