namespace Backchannel.Native.Mcp.Tasks;

/// <summary>The tasks of this process by their ids: those that are waited for, and the last ones that ended.</summary>
internal sealed class KnownTasks
{
    /// <summary>Tasks whose end is remembered, so that it stays what it was.</summary>
    private const int MaxSettled = 32;

    private readonly Lock gate = new();
    private readonly Dictionary<string, RunningTask> tasks = new(StringComparer.Ordinal);
    private readonly Queue<string> settled = new();

    /// <summary>How many are waited for.</summary>
    public int Unsettled
    {
        get
        {
            lock (gate)
            {
                return tasks.Count - settled.Count;
            }
        }
    }

    /// <summary>Somebody polls a task, or listens to it from now on.</summary>
    /// <remarks>Whoever listens is counted before the task can be given up.</remarks>
    /// <returns>Null: it is not known.</returns>
    public RunningTask? Touch(string id, bool listens)
    {
        lock (gate)
        {
            return tasks.TryGetValue(id, out var task) ? Touch(task, listens) : null;
        }
    }

    /// <returns>The task, or that of another request, which came first.</returns>
    public RunningTask Add(string id, RunningTask task, bool listens)
    {
        lock (gate)
        {
            tasks.TryAdd(id, task);
            return Touch(tasks[id], listens);
        }
    }

    /// <summary>Ends a task that nobody polls any more.</summary>
    /// <returns>Whether it has ended.</returns>
    public bool TryLeave(string id, RunningTask task)
    {
        lock (gate)
        {
            if (task.PatienceLeft > TimeSpan.Zero)
            {
                return false;
            }

            if (!task.IsSettled)
            {
                tasks.Remove(id);
                task.End();
                return true;
            }

            settled.Enqueue(id);
            if (settled.Count > MaxSettled)
            {
                tasks.Remove(settled.Dequeue());
            }

            return true;
        }
    }

    private static RunningTask Touch(RunningTask task, bool listens)
    {
        task.Touch();
        if (listens)
        {
            task.Listen();
        }

        return task;
    }
}
