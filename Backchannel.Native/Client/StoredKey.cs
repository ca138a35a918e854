namespace Backchannel.Native.Client;

/// <summary>What the key files hold for one bus.</summary>
/// <param name="Key">Null: none, or none that is readable as a key.</param>
/// <param name="OriginKnown">Whether it is recorded that the key belongs to this bus.</param>
/// <param name="BrokenFile">A file where a key should be and is not; null: none.</param>
internal sealed record StoredKey(ApiKey? Key, bool OriginKnown, string? BrokenFile = null)
{
    /// <summary>The file that holds the key; null where there is no key.</summary>
    public string? File { get; init; }
}
