namespace Backchannel.Native.Cli;

/// <summary>Notices that the process that started this one is gone, although standard input was left open.</summary>
/// <remarks>
/// Asks twice a second. The kernel's own notice (PR_SET_PDEATHSIG) fires when the <em>thread</em> that started us ends, which
/// in clients with thread pools happens while the client lives.
/// </remarks>
internal sealed class ParentWatch : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly TimeProvider timeProvider;
    private readonly Action gone;
    private readonly int parent;
    private ITimer? timer;

    /// <summary>Remembers the parent; <see cref="Start"/> watches it.</summary>
    public ParentWatch(TimeProvider timeProvider, Action gone)
    {
        this.timeProvider = timeProvider;
        this.gone = gone;
        parent = OperatingSystem.IsLinux() || OperatingSystem.IsMacOS() ? NativeMethods.GetParentProcessId() : 0;
    }

    /// <remarks>A call of its own, because the first timer of a process starts a thread.</remarks>
    public void Start()
    {
        // Process 0 is the container's own, process 1 never goes away.
        if (parent > 1)
        {
            timer = timeProvider.CreateTimer(Look, null, Interval, Interval);
        }
    }

    public void Dispose() => timer?.Dispose();

    private void Look(object? state)
    {
        if (NativeMethods.GetParentProcessId() != parent)
        {
            timer?.Dispose();
            gone();
        }
    }
}
