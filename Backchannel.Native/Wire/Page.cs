namespace Backchannel.Native.Wire;

/// <summary>One page of a listing.</summary>
/// <param name="Data">The items; messages come oldest first, channels newest first.</param>
/// <param name="Limit">The page size that was applied.</param>
/// <param name="NextCursor">Where the next page starts; null when there is none. Opaque: send it back as it came.</param>
internal sealed record Page<T>(IReadOnlyList<T> Data, int Limit, string? NextCursor);
