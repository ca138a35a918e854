namespace Backchannel.Native.Wire;

/// <summary>Answer to <c>DELETE /v1/keys/me</c>.</summary>
internal sealed record KeyRevocation(string KeyId, bool Revoked);
