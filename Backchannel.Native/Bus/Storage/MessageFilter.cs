namespace Backchannel.Native.Bus.Storage;

/// <summary>Which messages of a channel a listing wants; times are exclusive.</summary>
/// <param name="Status">One of <see cref="Wire.MessageStatus"/>, or null.</param>
internal sealed record MessageFilter(long? After, long? ExpiringBefore, string? Status, int Limit);
