namespace Backchannel.Native.Tests.Measurements;

/// <summary>What a load measured.</summary>
/// <param name="MedianMs">Half of the operations took less.</param>
/// <param name="P99Ms">One in a hundred took more.</param>
internal sealed record LoadResult(double PerSecond, double MedianMs, double P99Ms)
{
    /// <param name="times">Of each operation, in milliseconds.</param>
    public static LoadResult Of(double[] times, TimeSpan elapsed)
    {
        Array.Sort(times);
        return new(
            elapsed > TimeSpan.Zero ? times.Length / elapsed.TotalSeconds : 0,
            times[times.Length / 2],
            times[(int)(times.Length * 0.99)]);
    }
}
