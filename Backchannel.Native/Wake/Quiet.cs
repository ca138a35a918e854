namespace Backchannel.Native.Wake;

/// <summary>Notices a turn that the server did not begin, where no hook says so: the first call after 30 minutes without one.</summary>
internal sealed class Quiet(TimeProvider time)
{
    /// <summary>Agents that wake each other call much sooner after a wake.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(30);

    private readonly Lock gate = new();
    private int calls;
    private long? last;
    private bool isBroken;

    /// <summary>Whether such a call came.</summary>
    public bool IsBroken
    {
        get
        {
            lock (gate)
            {
                return isBroken;
            }
        }
    }

    public void BeginCall()
    {
        lock (gate)
        {
            isBroken |= calls == 0 && last is { } since && time.GetElapsedTime(since) >= Long;
            calls++;
            last = time.GetTimestamp();
        }
    }

    public void EndCall()
    {
        lock (gate)
        {
            calls--;
            last = time.GetTimestamp();
        }
    }

    /// <summary>The session was woken: the calls that follow say nothing of anybody else.</summary>
    public void NoteWake()
    {
        lock (gate)
        {
            isBroken = false;
            last = time.GetTimestamp();
        }
    }
}
