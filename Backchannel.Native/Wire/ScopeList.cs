namespace Backchannel.Native.Wire;

/// <summary>Answer to <c>PUT /v1/keys/me/scopes</c>.</summary>
internal sealed record ScopeList(string KeyId, IReadOnlyList<string> Scopes);
