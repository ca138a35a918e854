namespace Backchannel.Native.Bus.Storage;

/// <summary>Whether the database can be relied on. The first fault that says no stands until the process ends.</summary>
/// <param name="path">The database file, for the report.</param>
/// <param name="report">Called once, with that fault.</param>
internal sealed class StorageState(string path, Action<StorageFault> report)
{
    private readonly TaskCompletionSource<StorageFault> fault = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int reported;

    /// <summary>Completes with the fault.</summary>
    public Task<StorageFault> Fault => fault.Task;

    /// <exception cref="UnusableDatabaseException">The database cannot be relied on.</exception>
    public void ThrowIfUnusable()
    {
        if (fault.Task.IsCompleted)
        {
            throw new UnusableDatabaseException(fault.Task.Result);
        }
    }

    /// <summary>Finds out whether the files are still in place.</summary>
    public bool AreInPlace(DatabaseFiles files)
    {
        if (files.FindMissing() is not { } missing)
        {
            return true;
        }

        Set(StorageFault.Removed(missing));
        return false;
    }

    /// <exception cref="UnusableDatabaseException">What is committed now would be lost, or the database cannot be relied on for another reason.</exception>
    public void RequireInPlace(DatabaseFiles files)
    {
        if (files.FindMissingData() is { } missing)
        {
            Set(StorageFault.Removed(missing));
        }

        ThrowIfUnusable();
    }

    /// <summary>Takes note of what went wrong in the database, if it is of the kind that stays.</summary>
    public void Notice(Exception exception)
    {
        if (exception is StorageException { IsDamage: true })
        {
            Set(StorageFault.Damaged(path, exception.Message));
        }
    }

    private void Set(StorageFault found)
    {
        if (Interlocked.Exchange(ref reported, 1) == 0)
        {
            report(found);
            fault.SetResult(found);
        }
        else
        {
            // Another thread is reporting; nobody may go on meanwhile.
            fault.Task.Wait();
        }
    }
}
