namespace Backchannel.Native.Mcp;

/// <summary>Names of the versions, and which feature exists from which one on.</summary>
internal static class ProtocolVersions
{
    /// <summary>The only version that works without a handshake, so the only one offered to clients that make none.</summary>
    public const string Modern = "2026-07-28";

    /// <summary>The answer to a handshake that asks for an unknown version.</summary>
    public const ProtocolVersion NewestHandshake = ProtocolVersion.V2025_11_25;

    public const int Count = (int)ProtocolVersion.V2026_07_28 + 1;

    public static string Name(this ProtocolVersion version) => version switch
    {
        ProtocolVersion.V2024_11_05 => "2024-11-05",
        ProtocolVersion.V2025_03_26 => "2025-03-26",
        ProtocolVersion.V2025_06_18 => "2025-06-18",
        ProtocolVersion.V2025_11_25 => "2025-11-25",
        _ => Modern,
    };

    /// <summary>The version a handshake ends with: the one asked for if it has a handshake, else the newest that has.</summary>
    public static ProtocolVersion Negotiate(string? requested) => requested switch
    {
        "2024-11-05" => ProtocolVersion.V2024_11_05,
        "2025-03-26" => ProtocolVersion.V2025_03_26,
        "2025-06-18" => ProtocolVersion.V2025_06_18,
        _ => NewestHandshake,
    };

    public static bool IsModern(this ProtocolVersion version) => version >= ProtocolVersion.V2026_07_28;

    /// <summary>Arrays of messages; removed again by the next version.</summary>
    public static bool HasBatches(this ProtocolVersion version) => version == ProtocolVersion.V2025_03_26;

    /// <summary>Older versions say <c>"id": null</c> in an error for a request whose id could not be read.</summary>
    public static bool OmitsUnreadableIds(this ProtocolVersion version) => version >= ProtocolVersion.V2025_11_25;

    public static bool HasToolAnnotations(this ProtocolVersion version) => version >= ProtocolVersion.V2025_03_26;

    /// <summary>A text beside the number of a progress message.</summary>
    public static bool HasProgressMessage(this ProtocolVersion version) => version >= ProtocolVersion.V2025_03_26;

    /// <summary><c>title</c> of tools and of the server.</summary>
    public static bool HasTitles(this ProtocolVersion version) => version >= ProtocolVersion.V2025_06_18;

    /// <summary><c>_meta</c> of tools.</summary>
    public static bool HasToolMeta(this ProtocolVersion version) => version >= ProtocolVersion.V2025_06_18;

    /// <summary>The capability <c>completions</c>; the method is older.</summary>
    public static bool DeclaresCompletions(this ProtocolVersion version) => version >= ProtocolVersion.V2025_03_26;

    /// <summary><c>outputSchema</c> and <c>structuredContent</c>.</summary>
    public static bool HasStructuredContent(this ProtocolVersion version) => version >= ProtocolVersion.V2025_06_18;
}
