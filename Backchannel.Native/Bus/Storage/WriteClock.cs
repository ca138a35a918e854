namespace Backchannel.Native.Bus.Storage;

/// <summary>The times of the writer: strictly growing, whatever the machine's clock does.</summary>
internal sealed class WriteClock(TimeProvider timeProvider, long last)
{
    private long last = last;

    public long Now => Instant.Now(timeProvider);

    public long NextUnique() => last = Math.Max(Now, last + 1);
}
