namespace Backchannel.Native.Wake;

/// <summary>The pauses while a bus does not answer: each twice as long as the one before.</summary>
internal sealed class Backoff(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private TimeSpan next = First;

    public void Reset() => next = First;

    public async Task PauseAsync(CancellationToken cancellationToken)
    {
        var pause = next;
        next = pause * 2 < Longest ? pause * 2 : Longest;
        await Task.Delay(pause, time, cancellationToken);
    }
}
