using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Waits of many tasks of the extension for tasks of the bus: one request at a time asks for all of them. Only where the bus offers <see cref="Additions.TaskWait"/>.</summary>
/// <param name="pace">What tasks of the extension ask in the background.</param>
internal sealed class CombinedWaits(BackchannelClient bus, WaitPace pace, TimeProvider time)
{
    /// <summary>Waits that end together begin again together: so long they are gathered.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a request is held while it has no room for some.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();

    /// <summary>Those that were asked for last stand last.</summary>
    private readonly List<Waiter> waiters = [];

    private Dictionary<string, SeenTask> asked = [];
    private CancellationTokenSource? open;
    private Task cancelling = Task.CompletedTask;
    private bool isRunning;
    private int room = TaskLimits.MaxWatchedTasks;

    /// <summary>For what else tasks of the extension ask in the background.</summary>
    public WaitPace Pace => pace;

    /// <summary>As <see cref="BackchannelClient.WaitForTasksAsync"/>. Where the wait is zero, it takes as long as the pace asks for.</summary>
    public async Task<IReadOnlyList<TaskChange>> WaitAsync(IReadOnlyList<SeenTask> tasks, TimeSpan wait, CancellationToken cancellationToken)
    {
        var waiter = new Waiter(tasks, wait, time.GetTimestamp());
        lock (gate)
        {
            waiters.Add(waiter);
            if (!isRunning)
            {
                isRunning = true;
                _ = RunAsync();
            }
            else if (open is not null && (wait == TimeSpan.Zero || !tasks.All(IsAsked)) && waiters.Sum(static one => one.Tasks.Count) <= room)
            {
                // The request that is open does not tell of it, or not now.
                cancelling = open.CancelAsync();
                open = null;
            }
        }

        try
        {
            return await waiter.Answer.Task.WaitAsync(wait > TimeSpan.Zero ? wait : Timeout.InfiniteTimeSpan, time, cancellationToken);
        }
        catch (TimeoutException) when (!waiter.Answer.Task.IsFaulted)
        {
            return [];
        }
        finally
        {
            waiter.Answer.TrySetCanceled(CancellationToken.None);
            lock (gate)
            {
                waiters.Remove(waiter);
            }
        }
    }

    private bool IsAsked(SeenTask task) => asked.TryGetValue(task.Id, out var known) && (known.Version ?? -1) <= (task.Version ?? -1);

    private async Task RunAsync()
    {
        await Task.Yield();
        while (true)
        {
            await Task.Delay(Gathering, time);
            await pace.TakeAsync(CancellationToken.None);
            using var ending = new CancellationTokenSource();
            List<Waiter> due;
            TimeSpan wait;
            IReadOnlyList<SeenTask> tasks;
            lock (gate)
            {
                due = Choose();
                if (due.Count == 0)
                {
                    isRunning = false;
                    return;
                }

                wait = due.Min(static waiter => waiter.Length);
                wait = due.Count < waiters.Count && wait > Turn ? Turn : wait;
                tasks = [.. asked.Values];
                open = ending;
            }

            try
            {
                var changes = await bus.WaitForTasksAsync(tasks, wait, ending.Token);
                room = TaskLimits.MaxWatchedTasks;
                Tell(Asking(), changes);
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                // Others have come.
            }
            catch (BackchannelException fault) when (fault.InnerException is AnswerTooLongException && due.Count > 1)
            {
                // One of them is too long to be read: it must not hide the others.
                room = Math.Max(1, Math.Min(room, tasks.Count) / 2);
            }
            // Catches everything: whoever waits has to hear of it.
            catch (Exception fault)
            {
                room = TaskLimits.MaxWatchedTasks;
                Asking().ForEach(waiter => waiter.Answer.TrySetException(fault));
            }

            Task cancelled;
            lock (gate)
            {
                (open, cancelled) = (null, cancelling);
                waiters.RemoveAll(due.Contains);
                waiters.AddRange(due.Where(static waiter => !waiter.Answer.Task.IsCompleted));
            }

            await cancelled;
        }
    }

    /// <summary>Those who want to know what the last request asked: also who came, or came again, while it was open.</summary>
    private List<Waiter> Asking()
    {
        lock (gate)
        {
            return waiters.FindAll(waiter => waiter.Tasks.All(IsAsked));
        }
    }

    /// <summary>Fills the next request, with those who wait longest.</summary>
    private List<Waiter> Choose()
    {
        asked = new(StringComparer.OrdinalIgnoreCase);
        List<Waiter> chosen = [];
        foreach (var waiter in waiters)
        {
            var isNew = waiter.Tasks.Where(task => !asked.ContainsKey(task.Id)).Count();
            if (chosen.Count > 0 && asked.Count + isNew > room)
            {
                continue;
            }

            chosen.Add(waiter);
            foreach (var task in waiter.Tasks)
            {
                asked[task.Id] = IsAsked(task) ? asked[task.Id] : task;
            }
        }

        return chosen;
    }

    private void Tell(List<Waiter> asking, IReadOnlyList<TaskChange> changes)
    {
        var byId = changes.Select(static change => (Id: IdOf(change), Change: change)).Where(static one => one.Id is not null)
            .ToLookup(static one => one.Id!, static one => one.Change, StringComparer.OrdinalIgnoreCase);
        foreach (var waiter in asking)
        {
            List<TaskChange> own =
            [
                .. waiter.Tasks.SelectMany(task => byId[task.Id].Where(change => change.Error is not null || task.Version is not { } seen || change.Version > seen)),
            ];

            // If some have changed, further ones may have: then the next answer says it.
            if (own.Count > 0 || (changes.Count == 0 && time.GetElapsedTime(waiter.Since) >= waiter.Length))
            {
                waiter.Answer.TrySetResult(own);
            }
        }
    }

    private static string? IdOf(TaskChange change) =>
        change.Error is not null ? change.Id : change.State(AnswerJson.Default.Message)?.Message.Id;

    /// <param name="since">When it came, as a timestamp.</param>
    private sealed class Waiter(IReadOnlyList<SeenTask> tasks, TimeSpan length, long since)
    {
        public IReadOnlyList<SeenTask> Tasks { get; } = tasks;

        public TimeSpan Length { get; } = length;

        public long Since { get; } = since;

        /// <summary>Completed also when the caller has gone.</summary>
        public TaskCompletionSource<IReadOnlyList<TaskChange>> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
