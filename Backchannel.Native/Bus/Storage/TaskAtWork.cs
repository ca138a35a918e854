namespace Backchannel.Native.Bus.Storage;

/// <summary>A task in the hands of a worker.</summary>
/// <param name="Id">Of the message.</param>
/// <param name="Actor">The name of the holder.</param>
/// <param name="Session">See <see cref="MessageRecord.HolderSession"/>.</param>
internal sealed record TaskAtWork(string Id, string Actor, long ClaimedAt, string? Session);
