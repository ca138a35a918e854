namespace Backchannel.Native.Bus.Storage.Engine;

/// <summary>What the writer finds when its turn begins.</summary>
/// <param name="LastTime">The newest time ever given to a row, deleted ones included.</param>
/// <param name="OthersWrote">Whether another process may have written since this one's last turn.</param>
internal readonly record struct WriterTurn(long LastTime, bool OthersWrote);
