namespace Backchannel.Native.Telemetry;

/// <summary>Counts spans of time by their length. Any thread may use it.</summary>
/// <param name="bounds">See <see cref="HistogramValues"/>.</param>
internal sealed class Histogram(double[] bounds)
{
    private readonly long[] counts = new long[bounds.Length + 1];
    private long microseconds;

    public void Add(TimeSpan time)
    {
        var bucket = Array.FindIndex(bounds, bound => time.TotalSeconds <= bound);
        Interlocked.Increment(ref counts[bucket < 0 ? bounds.Length : bucket]);
        Interlocked.Add(ref microseconds, (long)time.TotalMicroseconds);
    }

    public HistogramValues Read()
    {
        var read = new long[counts.Length];
        for (var i = 0; i < read.Length; i++)
        {
            read[i] = Interlocked.Read(ref counts[i]);
        }

        return new(bounds, read, Interlocked.Read(ref microseconds) / 1e6);
    }
}
