namespace Backchannel.Native.Client;

/// <summary>Finds a key in the files, or has the bus issue one and writes it there. One run at a time.</summary>
/// <param name="store">Null: keys live in memory.</param>
/// <param name="lockTimeout">Longest wait for another process that holds the files' lock.</param>
internal sealed class ApiKeySearch(ApiKeyStore? store, ApiKeyMint mint, ApiKeyWarnings warnings, TimeSpan lockTimeout)
{
    private volatile ApiKeyStore? files = store;
    private volatile string hindrance = "";

    /// <summary>What the search waits for, or waited for last: part of the error after a deadline.</summary>
    public string Hindrance => hindrance;

    /// <summary>The key files; null: there are none, or they cannot be used.</summary>
    public ApiKeyStore? Files => files;

    /// <param name="rejected">A key that is not to be found again; null: none.</param>
    /// <exception cref="BackchannelException">The bus does not issue a key.</exception>
    /// <exception cref="TimeoutException">Another process held the files' lock all the time; <see cref="Hindrance"/> says what to do.</exception>
    public async Task<FoundKey> RunAsync(RejectedKey? rejected, CancellationToken cancellationToken)
    {
        FoundKey? found = null;
        string? kept = null;
        await WithFilesAsync(store =>
        {
            hindrance = $"the files in {store.Folder} could not be read in that time; if they lie on a network drive, it may hang";
            found = Look(store, rejected);
            return Task.CompletedTask;
        });

        if (found is null)
        {
            await WithFilesAsync(async store =>
            {
                hindrance = $"another process held {store.LockFile} all the time; if none of your sessions is asking for a key, 'fuser {store.LockFile}' names it: end it";
                using var held = await LockAsync(store, cancellationToken);
                found = Look(store, rejected);
                if (found is null)
                {
                    hindrance = "the bus was asked for one, and has not answered";
                    found = await MintAsync(rejected, cancellationToken);
                    kept = store.Save(found.Key);
                }
            });
        }

        found ??= await MintAsync(rejected, cancellationToken);
        if (rejected is not null && found.IsNew)
        {
            warnings.Replaced(rejected, kept);
        }

        return found;
    }

    // A call's own deadline ends at about the same moment. Both are a timeout, so that the error does not depend on which comes first.
    private async Task<FileLock> LockAsync(ApiKeyStore store, CancellationToken cancellationToken)
    {
        try
        {
            return await store.LockAsync(lockTimeout, cancellationToken);
        }
        catch (BackchannelException exception) when (exception.Code == FaultCodes.Locked)
        {
            throw new TimeoutException(exception.Message, exception);
        }
    }

    private FoundKey? Look(ApiKeyStore store, RejectedKey? rejected)
    {
        var stored = store.Find();
        if (stored.BrokenFile is { } broken)
        {
            warnings.BrokenFile(broken);
        }

        if (stored.Key is null)
        {
            return null;
        }

        if (rejected is not null && stored.Key.Equals(rejected.Key))
        {
            rejected.File = stored.File;
            return null;
        }

        return new(stored.Key, IsNew: false, stored.OriginKnown);
    }

    private async Task<FoundKey> MintAsync(RejectedKey? rejected, CancellationToken cancellationToken)
    {
        try
        {
            return new(await mint.IssueAsync(cancellationToken), IsNew: true, OriginKnown: true);
        }
        catch (BackchannelException) when (rejected is not null)
        {
            warnings.NotReplaced(rejected);
            throw;
        }
    }

    /// <summary>Uses the files as long as that works; the first time it does not, says so, and the key lives in memory.</summary>
    private async Task WithFilesAsync(Func<ApiKeyStore, Task> useAsync)
    {
        if (files is not { } store)
        {
            warnings.KeyInMemory("there is no home folder");
            return;
        }

        try
        {
            await useAsync(store);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            files = null;
            warnings.KeyInMemory(exception.Message);
        }
    }
}
