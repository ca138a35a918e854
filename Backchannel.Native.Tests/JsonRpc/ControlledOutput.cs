using System.Text;
using Backchannel.Native.JsonRpc;

namespace Backchannel.Native.Tests.JsonRpc;

/// <summary>An output whose other side reads when a test says so.</summary>
internal sealed class ControlledOutput : MemoryStream, INonBlockingOutput
{
    private readonly SemaphoreSlim blocked = new(0);
    private readonly SemaphoreSlim released = new(0);
    private int writers;

    /// <summary>Bytes that are taken at once; from then on the other side does not read.</summary>
    public int Room { get; set; } = int.MaxValue;

    /// <summary>What every further write meets.</summary>
    public Exception? Failure { get; set; }

    /// <summary>The threads that wrote, one for each write.</summary>
    public List<Thread> Writers { get; } = [];

    /// <summary>Whether two threads ever wrote at the same time.</summary>
    public bool WasShared { get; private set; }

    public string Text => Encoding.UTF8.GetString(ToArray());

    /// <summary>Ends when one more write is blocked.</summary>
    public Task BlockedAsync() => blocked.WaitAsync(Deadline.Token());

    /// <summary>Lets one blocked write pass.</summary>
    public void Release() => released.Release();

    /// <summary>The other side reads all there is and goes on reading.</summary>
    public void ReadOn()
    {
        Room = int.MaxValue;
        released.Release(1000);
    }

    public int WriteAvailable(ReadOnlySpan<byte> bytes)
    {
        Enter();
        var count = Math.Min(Room, bytes.Length);
        Room -= Room == int.MaxValue ? 0 : count;
        base.Write(bytes[..count]);
        Leave();
        return count;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Enter();
        blocked.Release();
        released.Wait(Deadline.Token());
        if (Failure is { } failure)
        {
            throw failure;
        }

        base.Write(buffer);
        Leave();
    }

    private void Enter()
    {
        WasShared |= Interlocked.Increment(ref writers) > 1;
        Writers.Add(Thread.CurrentThread);
        if (Failure is { } failure)
        {
            throw failure;
        }
    }

    private void Leave() => Interlocked.Decrement(ref writers);
}
