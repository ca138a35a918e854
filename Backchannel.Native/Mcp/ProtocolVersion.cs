namespace Backchannel.Native.Mcp;

/// <summary>The versions of the protocol that are served, oldest first.</summary>
internal enum ProtocolVersion
{
    V2024_11_05,
    V2025_03_26,
    V2025_06_18,
    V2025_11_25,

    /// <summary>Stateless: each request names its version, there is no handshake.</summary>
    V2026_07_28,
}
