namespace Backchannel.Native.Bus.Storage;

/// <summary>A key as it is stored. Only its owner knows the raw key.</summary>
/// <param name="KeyId">The public part.</param>
/// <param name="Hash">SHA-256 of the raw key.</param>
/// <param name="OwnerId">The label. Keys that have it one after the other belong to one owner.</param>
/// <param name="Scopes">Null: everything is allowed.</param>
internal sealed record ApiKeyRecord(string KeyId, byte[] Hash, string OwnerId, bool Active, IReadOnlyList<string>? Scopes);
