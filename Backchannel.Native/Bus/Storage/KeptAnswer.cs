namespace Backchannel.Native.Bus.Storage;

/// <summary>An answer that is given again when its request is repeated.</summary>
/// <param name="Operation">Digest of the request's method and path.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">JSON.</param>
/// <param name="Deliveries">How often the claimed message had been taken, this claim included; null where nothing was taken.</param>
internal sealed record KeptAnswer(long Operation, int Status, ReadOnlyMemory<byte> Body, int? Deliveries);
