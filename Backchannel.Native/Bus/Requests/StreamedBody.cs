namespace Backchannel.Native.Bus.Requests;

/// <summary>The body of an answer, read in parts while it is sent.</summary>
/// <param name="Length">All bytes.</param>
/// <param name="PartBytes">Bytes of every part but the last.</param>
/// <param name="ReadAsync">Copies the part with a number, from 0; null: the rest cannot be had any more.</param>
internal sealed record StreamedBody(long Length, int PartBytes, Func<int, Memory<byte>, ValueTask<int?>> ReadAsync);
