namespace Backchannel.Native.Wire;

/// <summary>Body of <c>POST /v1/keys</c>.</summary>
/// <param name="AgentLabel">At most <see cref="Limits.MaxAgentLabelLength"/> characters; one active key each.</param>
internal sealed record MintKeyRequest(string AgentLabel);
