namespace Backchannel.Native.Wire;

/// <summary>Answer of <c>POST /v1/admin/minting</c>.</summary>
internal sealed record MintingState(bool PublicMintingEnabled);
