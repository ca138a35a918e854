namespace Backchannel.Native.Bus.Storage;

/// <summary>Whether the database can be relied on. The first fault stands until the process ends.</summary>
/// <param name="path">The database file, for the report.</param>
/// <param name="report">Called once, with the first fault.</param>
internal sealed class StorageState(string path, Action<StorageFault> report)
{
    private readonly TaskCompletionSource<StorageFault> fault = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int reported;

    /// <summary>Completes with the first fault.</summary>
    public Task<StorageFault> Fault => fault.Task;

    /// <exception cref="UnusableDatabaseException">The database cannot be relied on.</exception>
    public void ThrowIfUnusable()
    {
        if (fault.Task.IsCompleted)
        {
            throw new UnusableDatabaseException(fault.Task.Result);
        }
    }

    /// <summary>Records damage; other failures may be over at the next call.</summary>
    public void Notice(Exception exception)
    {
        if (exception is StorageException { IsDamage: true })
        {
            Set(StorageFault.Damaged(path, exception.Message));
        }
    }

    /// <summary>Records a fault and reports it, unless there was one before.</summary>
    public void Set(StorageFault found)
    {
        if (Interlocked.Exchange(ref reported, 1) == 0)
        {
            report(found);
            fault.SetResult(found);
        }
        else
        {
            // Another thread is reporting. No caller may go on before that is done.
            fault.Task.Wait();
        }
    }
}
