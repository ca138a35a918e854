namespace Backchannel.Native.Wire;

/// <summary>Body of <c>POST /v1/channels/{channel}/aliases</c>.</summary>
internal sealed record AliasRequest(string Alias);
