using Backchannel.Native.Wire;

namespace Backchannel.Native.Client;

/// <summary>What the bus offers beyond the contract: asked when somebody first wants to know, and remembered for the process.</summary>
internal sealed class BusAdditions(BusConnection connection, TimeProvider time)
{
    /// <summary>Knowing saves requests, no more: an operation does not spend its deadline on it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private Task<IReadOnlyList<string>>? look;
    private long? faultAt;

    /// <summary>Whether the bus offers something; false when it could not be asked.</summary>
    /// <param name="addition">One of <see cref="Additions"/>.</param>
    public async ValueTask<bool> OfferAsync(string addition, CancellationToken cancellationToken)
    {
        Task<IReadOnlyList<string>> looking;
        lock (gate)
        {
            if (faultAt is { } at && time.GetElapsedTime(at) < PauseAfterFault)
            {
                return false;
            }

            looking = look ??= LookAsync();
        }

        return (await looking.WaitAsync(cancellationToken)).Contains(addition);
    }

    /// <summary>The bus turned out not to have what it said: it was replaced by another one.</summary>
    public void Forget()
    {
        lock (gate)
        {
            (look, faultAt) = (null, time.GetTimestamp());
        }
    }

    /// <summary>Shared by all who ask at once, so none of them can cancel it.</summary>
    private async Task<IReadOnlyList<string>> LookAsync()
    {
        // Not under the caller's lock.
        await Task.Yield();
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            return (await connection.GreetAsync(patience.Token)).Additions;
        }
        catch (Exception exception) when (exception is BackchannelException or OperationCanceledException)
        {
            Forget();
            return [];
        }
    }
}
