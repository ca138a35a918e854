namespace Backchannel.Native.Bus.Waiting;

/// <summary>Where somebody who looks on is.</summary>
/// <param name="Place">In the log of changes.</param>
/// <param name="Newest">The newest message that was there.</param>
/// <param name="Lanes">Which channels were shown, see <see cref="Rules.VisibleLanes.Mark"/>.</param>
internal readonly record struct ChangeCursor(long Place, long Newest, int Lanes);
