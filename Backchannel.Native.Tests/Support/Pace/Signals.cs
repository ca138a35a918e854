using System.Threading.Channels;

namespace Backchannel.Native.Tests.Support.Pace;

/// <summary>Counts events, so that a test can wait for them.</summary>
internal sealed class Signals
{
    private readonly Channel<bool> raised = Channel.CreateUnbounded<bool>();

    public void Raise() => raised.Writer.TryWrite(true);

    /// <summary>How often it has happened and was not waited for.</summary>
    public int Count => raised.Reader.Count;

    /// <summary>Waits until it has happened <paramref name="count"/> times more.</summary>
    public async Task WaitAsync(int count = 1)
    {
        for (var index = 0; index < count; index++)
        {
            await raised.Reader.ReadAsync().AsTask().Within();
        }
    }
}
