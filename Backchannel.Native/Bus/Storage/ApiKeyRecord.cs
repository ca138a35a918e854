namespace Backchannel.Native.Bus.Storage;

/// <summary>A key as it is stored; the raw key is known to its owner alone.</summary>
/// <param name="KeyId">The public part.</param>
/// <param name="Hash">SHA-256 of the raw key.</param>
/// <param name="OwnerId">The label; keys that had the same label one after the other are one owner.</param>
/// <param name="Scopes">Null: everything is allowed.</param>
internal sealed record ApiKeyRecord(string KeyId, byte[] Hash, string OwnerId, bool Active, IReadOnlyList<string>? Scopes);
