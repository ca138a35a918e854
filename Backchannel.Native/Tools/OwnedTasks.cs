using System.Collections.Concurrent;

namespace Backchannel.Native.Tools;

/// <summary>Tasks that outlive the call that started them. Their exceptions are observed, and an exit can wait for all.</summary>
internal sealed class OwnedTasks
{
    private readonly ConcurrentDictionary<Task, bool> running = new();

    public void Own(Task task)
    {
        running[task] = true;
        _ = task.ContinueWith(
            Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Starts a task that is owned before its first step, so that a clean exit waits for it.</summary>
    public Task<T> Start<T>(Func<Task<T>> work)
    {
        var starting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        running[starting.Task] = true;
        try
        {
            var task = work();
            Own(task);
            return task;
        }
        finally
        {
            running.TryRemove(starting.Task, out _);
            starting.SetResult();
        }
    }

    /// <summary>Waits until none is left, those that are started meanwhile included, or until the token ends the wait.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (!running.IsEmpty)
            {
                await Task.WhenAll(running.Keys)
                    .ContinueWith(Observe, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default)
                    .WaitAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    private static void Observe(Task task) => _ = task.Exception;

    private void Forget(Task task)
    {
        Observe(task);
        running.TryRemove(task, out _);
    }
}
