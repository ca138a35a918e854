namespace Backchannel.Native.Bus.Storage;

/// <summary>When something was stored.</summary>
/// <param name="Unique">Given once on this instance, growing with every commit: order, key and cursor.</param>
/// <param name="Real">As the machine's clock has it, and equal unless the unique times run ahead of the clock: ends of life are reckoned from it.</param>
internal readonly record struct Moment(long Unique, long Real)
{
    public bool IsAhead => Unique != Real;
}
