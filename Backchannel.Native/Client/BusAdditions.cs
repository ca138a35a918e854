using Backchannel.Native.Wire;

namespace Backchannel.Native.Client;

/// <summary>What the bus offers beyond the contract: asked at the first question, and remembered once it has answered.</summary>
/// <remarks>
/// A newer release can take the place of a bus at any time. So a lack is believed for a minute; the local bus, which costs little to ask, is asked
/// at each question about what it lacked.
/// </remarks>
internal sealed class BusAdditions(BusConnection connection, TimeProvider time)
{
    private static readonly TimeSpan LackBelieved = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private Task<IReadOnlyList<string>>? look;
    private long lookedAt;

    /// <summary>Whether the bus offers something.</summary>
    /// <param name="addition">One of <see cref="Additions"/>.</param>
    /// <exception cref="BackchannelException">
    /// The bus could not be asked. This does not mean that it lacks the addition: by the rules for other buses the wrong worker could end a task of this one.
    /// </exception>
    public async ValueTask<bool> OfferAsync(string addition, CancellationToken cancellationToken)
    {
        Task<IReadOnlyList<string>> looking;
        lock (gate)
        {
            // A fault is not remembered: the next question goes to the bus again.
            if (look is null or { IsFaulted: true } or { IsCanceled: true } || (look.IsCompleted && !look.Result.Contains(addition) && MayBeReplaced))
            {
                lookedAt = time.GetTimestamp();
                look = LookAsync();
            }

            looking = look;
        }

        return (await looking.WaitAsync(cancellationToken)).Contains(addition);
    }

    private bool MayBeReplaced => connection.IsLocal || time.GetElapsedTime(lookedAt) >= LackBelieved;

    /// <summary>Sends a request that only a bus with an addition understands.</summary>
    /// <param name="addition">One of <see cref="Additions"/>.</param>
    /// <returns>Null: the bus lacks it, also where another bus has just taken the place of one that had it.</returns>
    /// <exception cref="BackchannelException">The request was refused, or the bus could not be asked.</exception>
    public async Task<T?> UseAsync<T>(string addition, Func<Task<T>> request, CancellationToken cancellationToken)
        where T : class
    {
        if (!await OfferAsync(addition, cancellationToken))
        {
            return null;
        }

        try
        {
            return await request();
        }
        catch (BackchannelException exception) when (exception.Code == ErrorCodes.NotFound || exception.Status == 405)
        {
            Forget();
            return null;
        }
    }

    /// <summary>Another bus has taken this one's place and lacks what this one offered: the next question goes to it.</summary>
    public void Forget()
    {
        lock (gate)
        {
            look = null;
        }
    }

    /// <summary>Shared by all callers that ask at once, so none of them can cancel it.</summary>
    private async Task<IReadOnlyList<string>> LookAsync()
    {
        // The caller holds the lock.
        await Task.Yield();
        try
        {
            return (await connection.GreetAsync(CancellationToken.None)).Additions;
        }
        catch (BackchannelException exception) when (exception.Status is 404 or 405)
        {
            // A bus of another make. Not remembered: a proxy may answer like this while the bus behind it starts.
            Forget();
            return [];
        }
    }
}
