namespace Backchannel.Native.Bus.Storage;

/// <summary>An event to be sent to one address.</summary>
/// <param name="Number">The key of its row.</param>
/// <param name="Secret">Signs the body; null for no signature.</param>
/// <param name="Attempts">How many attempts have failed.</param>
internal sealed record WebhookDelivery(long Number, string Url, string? Secret, ReadOnlyMemory<byte> Body, int Attempts);
