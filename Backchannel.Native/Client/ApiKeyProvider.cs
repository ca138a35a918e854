namespace Backchannel.Native.Client;

/// <summary>The key of this process: configured, else stored, else minted once, however many callers and processes wait for it.</summary>
/// <param name="store">Null: keys live in memory.</param>
/// <param name="busName">What warnings call the bus.</param>
internal sealed class ApiKeyProvider(BackchannelClientOptions options, ApiKeyStore? store, ApiKeyMint mint, string busName, TimeProvider time) : IAsyncDisposable
{
    /// <summary>What is under way ends at once when it is told to; only a file system that hangs does not.</summary>
    private static readonly TimeSpan PatienceAtTheEnd = TimeSpan.FromMilliseconds(300);

    private static readonly TimeSpan PatienceWithARecord = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();
    private readonly ApiKeyWarnings warnings = new(options.Warn, busName);
    private readonly CancellationTokenSource lifetime = new();
    private ApiKeyStore? files = store;
    private ApiKey? current = options.ApiKey;
    private ApiKey? unconfirmed;
    private ApiKey? untried;
    private Task<ApiKey>? pending;
    private volatile string hindrance = "";

    /// <summary>Why there is no key yet, as far as that is known: what to tell somebody whose time is over.</summary>
    public string Hindrance => hindrance;

    /// <summary>The key for the next request.</summary>
    /// <exception cref="BackchannelException">The bus does not give out a key.</exception>
    public ValueTask<ApiKey> GetAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return current is { } key ? new(key) : new(Obtain(null).WaitAsync(cancellationToken));
        }
    }

    /// <summary>The key to use instead of one that the bus rejected.</summary>
    /// <exception cref="BackchannelException">There is none: the rejected one was configured, or just minted.</exception>
    public async ValueTask<ApiKey> ReplaceAsync(ApiKey rejected, BackchannelException rejection, CancellationToken cancellationToken)
    {
        if (rejected.Equals(options.ApiKey))
        {
            throw new BackchannelException(
                $"the bus rejects the key in {SettingNames.ApiKey} ({rejection.Message}); set one that belongs to this bus, or none to have one issued",
                rejection)
            {
                Code = FaultCodes.ApiKeyRejected,
                Status = rejection.Status,
                RequestId = rejection.RequestId,
            };
        }

        Task<ApiKey> replacement;
        lock (gate)
        {
            if (current is { } other && !other.Equals(rejected))
            {
                return other;
            }

            if (rejected.Equals(untried))
            {
                // A bus that rejects the key it has just issued would be asked for one after the other.
                throw rejection;
            }

            current = null;
            replacement = Obtain(new(rejected, rejection));
        }

        return await replacement.WaitAsync(cancellationToken);
    }

    /// <summary>Notes that the bus took the key; the first time, which bus a key without a recorded one belongs to.</summary>
    public async ValueTask AcceptedAsync(ApiKey key, CancellationToken cancellationToken)
    {
        ApiKeyStore? known;
        lock (gate)
        {
            known = files;
            untried = key.Equals(untried) ? null : untried;
            if (!key.Equals(unconfirmed) || known is null)
            {
                return;
            }

            unconfirmed = null;
        }

        try
        {
            // On a thread of its own: the call has succeeded and must not wait for a file system that hangs.
            await Task.Run(() => RecordAsync(known, key, cancellationToken), cancellationToken).WaitAsync(PatienceWithARecord, time, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or TimeoutException)
        {
            // A file that cannot be written: the key works all the same, and the next process tries again.
        }
        catch (BackchannelException)
        {
            // Somebody is at the files. The call has succeeded and must not wait or fail for this; a later one records it.
            lock (gate)
            {
                unconfirmed = key;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task? last;
        lock (gate)
        {
            last = pending;
        }

        await lifetime.CancelAsync();
        if (last is not null)
        {
            // A thread that hangs in a file does not keep the process: it ends with it.
            await last.WaitAsync(PatienceAtTheEnd, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        lifetime.Dispose();
    }

    private static async Task RecordAsync(ApiKeyStore store, ApiKey key, CancellationToken cancellationToken)
    {
        using var held = await store.LockAsync(TimeSpan.Zero, cancellationToken);
        store.RecordOrigin(key);
    }

    /// <summary>One search for a key at a time, shared by all who wait; no caller's cancelling loses a key that is being minted.</summary>
    private Task<ApiKey> Obtain(RejectedKey? rejected) =>
        pending is { IsCompleted: false } running ? running : pending = Task.Run(() => ObtainAsync(rejected, lifetime.Token), lifetime.Token);

    private async Task<ApiKey> ObtainAsync(RejectedKey? rejected, CancellationToken cancellationToken)
    {
        ApiKey? found = null;
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
                using var held = await store.LockAsync(options.TotalTimeout, cancellationToken);
                found = Look(store, rejected);
                if (found is null)
                {
                    hindrance = "the bus was asked for one, and has not answered";
                    found = await MintAsync(rejected, cancellationToken);
                    kept = store.Save(found);
                }
            });
        }

        found ??= await MintAsync(rejected, cancellationToken);
        if (rejected is not null && found.Equals(untried))
        {
            warnings.Replaced(rejected, kept);
        }

        lock (gate)
        {
            return current = found;
        }
    }

    private ApiKey? Look(ApiKeyStore store, RejectedKey? rejected)
    {
        var found = store.Find();
        if (found.BrokenFile is { } broken)
        {
            warnings.BrokenFile(broken);
        }

        if (found.Key is null)
        {
            return null;
        }

        if (rejected is not null && found.Key.Equals(rejected.Key))
        {
            rejected.File = found.File;
            return null;
        }

        lock (gate)
        {
            unconfirmed = found.OriginKnown ? null : found.Key;
        }

        return found.Key;
    }

    private async Task<ApiKey> MintAsync(RejectedKey? rejected, CancellationToken cancellationToken)
    {
        ApiKey key;
        try
        {
            key = await mint.IssueAsync(cancellationToken);
        }
        catch (BackchannelException) when (rejected is not null)
        {
            warnings.NotReplaced(rejected);
            throw;
        }

        lock (gate)
        {
            untried = key;
        }

        return key;
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
