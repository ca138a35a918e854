namespace Backchannel.Native.Work;

/// <summary>A command and everything it started, as its guardian ends them.</summary>
/// <remarks>On Linux the guardian becomes the parent of what loses its own, so nothing leaves the tree below it. Elsewhere it knows the process group only.</remarks>
/// <param name="guardian">The number of this process.</param>
/// <param name="command">The number of the command, which leads a process group.</param>
internal sealed class GuardedTree(int guardian, int command)
{
    private volatile bool isTerminated;
    private volatile bool isKilled;

    /// <summary>Asks all to end.</summary>
    public void Terminate()
    {
        isTerminated = true;
        Rest().ForEach(UnixProcess.Terminate);
        UnixProcess.TerminateGroup(command);
    }

    /// <summary>Ends all at once.</summary>
    public void Kill()
    {
        isKilled = true;
        Rest().ForEach(UnixProcess.Kill);
        UnixProcess.KillGroup(command);
    }

    /// <summary>Ends what the command left running. If all were asked to end, they have the time until <see cref="Kill"/>.</summary>
    public void EndRest()
    {
        while (UnixProcess.HasChildren() && Rest() is { Count: > 0 } rest)
        {
            if (!isTerminated || isKilled)
            {
                // One of them may just be starting another, which the next round finds.
                rest.ForEach(UnixProcess.Kill);
            }

            UnixProcess.WaitForAny();
        }

        UnixProcess.KillGroup(command);
    }

    private List<int> Rest() => ProcessTree.Below(guardian);
}
