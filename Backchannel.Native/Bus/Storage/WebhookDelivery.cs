namespace Backchannel.Native.Bus.Storage;

/// <summary>One event on its way to one address.</summary>
/// <param name="Number">Its row.</param>
/// <param name="Secret">Signs the body; null for no signature.</param>
/// <param name="Attempts">Attempts that have failed.</param>
internal sealed record WebhookDelivery(long Number, string Url, string? Secret, ReadOnlyMemory<byte> Body, int Attempts);
