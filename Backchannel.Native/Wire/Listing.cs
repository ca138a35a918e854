namespace Backchannel.Native.Wire;

/// <summary>A listing that comes whole, without pages.</summary>
internal sealed record Listing<T>(IReadOnlyList<T> Data);
