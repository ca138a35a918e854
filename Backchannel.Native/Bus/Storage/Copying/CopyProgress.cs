namespace Backchannel.Native.Bus.Storage.Copying;

/// <summary>How far a copy is.</summary>
/// <param name="Step">What is being done with the table: <c>copying</c> or <c>comparing</c>.</param>
/// <param name="Rows">Rows of the table so far.</param>
/// <param name="Total">All rows of the table.</param>
internal sealed record CopyProgress(string Step, string Table, long Rows, long Total);
