using Backchannel.Native.Wire;

namespace Backchannel.Native.Client;

/// <summary>What the bus offers beyond the contract: asked when somebody first wants to know, and remembered once it has answered.</summary>
internal sealed class BusAdditions(BusConnection connection)
{
    private readonly Lock gate = new();
    private Task<IReadOnlyList<string>>? look;

    /// <summary>Whether the bus offers something.</summary>
    /// <param name="addition">One of <see cref="Additions"/>.</param>
    /// <exception cref="BackchannelException">
    /// The bus could not be asked. That is no "no": by the rules for other buses a task of this one could be ended by the wrong worker.
    /// </exception>
    public async ValueTask<bool> OfferAsync(string addition, CancellationToken cancellationToken)
    {
        Task<IReadOnlyList<string>> looking;
        lock (gate)
        {
            // A fault is not kept: the next one who wants to know asks again.
            looking = look is null or { IsFaulted: true } or { IsCanceled: true } ? look = LookAsync() : look;
        }

        return (await looking.WaitAsync(cancellationToken)).Contains(addition);
    }

    /// <summary>The bus turned out not to have what it said: it was replaced by another one, which the next question asks.</summary>
    public void Forget()
    {
        lock (gate)
        {
            look = null;
        }
    }

    /// <summary>Shared by all who ask at once, so none of them can cancel it.</summary>
    private async Task<IReadOnlyList<string>> LookAsync()
    {
        // Not under the caller's lock.
        await Task.Yield();
        try
        {
            return (await connection.GreetAsync(CancellationToken.None)).Additions;
        }
        catch (BackchannelException exception) when (exception.Status is 404 or 405)
        {
            // Not a bus of this program. Not kept either: a proxy may answer so while the bus behind it starts.
            Forget();
            return [];
        }
    }
}
