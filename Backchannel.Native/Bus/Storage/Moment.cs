namespace Backchannel.Native.Bus.Storage;

/// <summary>When a row was stored.</summary>
/// <param name="Unique">Unique in the database and growing with every commit: order, key and cursor.</param>
/// <param name="Real">The time of the machine's clock, from which ends of life are counted. It equals the other unless unique times run ahead of the clock.</param>
internal readonly record struct Moment(long Unique, long Real)
{
    public bool IsAhead => Unique != Real;
}
