using Backchannel.Native.Wire;

namespace Backchannel.Native.Client;

/// <summary>The key of this process: the configured one, else the stored one, else one that is minted once for all callers and processes that wait.</summary>
/// <param name="store">Null: keys live in memory.</param>
/// <param name="busName">What warnings call the bus.</param>
internal sealed class ApiKeyProvider(BackchannelClientOptions options, ApiKeyStore? store, ApiKeyMint mint, string busName, TimeProvider time) : IAsyncDisposable
{
    /// <summary>A search for a key ends at once when it is cancelled, except in a file system that hangs.</summary>
    private static readonly TimeSpan PatienceAtTheEnd = TimeSpan.FromMilliseconds(300);

    private static readonly TimeSpan PatienceWithARecord = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();
    private readonly ApiKeySearch search = new(store, mint, new ApiKeyWarnings(options.Warn, busName), options.TotalTimeout);
    private readonly CancellationTokenSource lifetime = new();
    private ApiKey? current = options.ApiKey;
    private ApiKey? unconfirmed;
    private ApiKey? untried;
    private Task<ApiKey>? pending;

    /// <summary>Why there is no key yet, as far as that is known: part of the error after a deadline.</summary>
    public string Hindrance => search.Hindrance;

    /// <summary>The key for the next request.</summary>
    /// <exception cref="BackchannelException">The bus does not issue a key.</exception>
    /// <exception cref="TimeoutException">Another process held the lock of the key files all the time.</exception>
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

            if (options is { OtherBaseUrls.Count: > 0, KeyFolder: { } folder } && rejection.Code != ErrorCodes.KeyExpired && !rejected.Equals(untried))
            {
                // Another address may know it, and with a new one its channels would be out of reach.
                throw new BackchannelException(
                    $"one of the addresses of the bus does not know the stored key ({rejection.Message}); nothing was changed", rejection)
                {
                    Code = FaultCodes.ApiKeyRejected,
                    Status = rejection.Status,
                    RequestId = rejection.RequestId,
                    Advice = $"See that all addresses in {SettingNames.BaseUrl} are one bus with one database. If they are, remove its key from {folder}: the next call gets a new one.",
                };
            }

            if (rejected.Equals(untried))
            {
                // The bus rejects the key that it has just issued: asking for another would not end.
                throw rejection;
            }

            current = null;
            replacement = Obtain(new(rejected, rejection));
        }

        return await replacement.WaitAsync(cancellationToken);
    }

    /// <summary>Notes that the bus accepted the key. The first time, records that a key without a recorded bus belongs to this one.</summary>
    public async ValueTask AcceptedAsync(ApiKey key, CancellationToken cancellationToken)
    {
        ApiKeyStore? known;
        lock (gate)
        {
            known = search.Files;
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
            // The file cannot be written: the key works without it, and the next process tries again.
        }
        catch (BackchannelException)
        {
            // Another process holds the lock. The call has succeeded and must not wait for it; a later call records the bus.
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
            // A thread that hangs in a file system ends with the process.
            await last.WaitAsync(PatienceAtTheEnd, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        lifetime.Dispose();
    }

    private static async Task RecordAsync(ApiKeyStore store, ApiKey key, CancellationToken cancellationToken)
    {
        using var held = await store.LockAsync(TimeSpan.Zero, cancellationToken);
        store.RecordOrigin(key);
    }

    /// <summary>One search for a key at a time, shared by all callers. A caller that is cancelled does not cancel it: a key that is being minted would be lost.</summary>
    private Task<ApiKey> Obtain(RejectedKey? rejected) =>
        pending is { IsCompleted: false } running ? running : pending = Task.Run(() => ObtainAsync(rejected, lifetime.Token), lifetime.Token);

    private async Task<ApiKey> ObtainAsync(RejectedKey? rejected, CancellationToken cancellationToken)
    {
        var found = await search.RunAsync(rejected, cancellationToken);
        lock (gate)
        {
            untried = found.IsNew ? found.Key : untried;
            unconfirmed = found is { IsNew: false, OriginKnown: false } ? found.Key : null;
            return current = found.Key;
        }
    }
}
