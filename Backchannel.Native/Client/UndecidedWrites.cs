using System.Security.Cryptography;

namespace Backchannel.Native.Client;

/// <summary>Writes without an answer, which the bus may have done or not: repeating one sends the same idempotency key.</summary>
/// <remarks>
/// A request that is repeated after a lost answer is to be done once. Once it is answered, the same request means another write. The reference bus keeps answers for a day.
/// </remarks>
internal sealed class UndecidedWrites(TimeProvider time)
{
    private const int MaxKept = 1000;
    private static readonly TimeSpan KeptFor = TimeSpan.FromHours(1);

    private readonly Lock gate = new();
    private readonly LinkedList<Write> kept = [];

    /// <summary>The key for a request: that of its undecided predecessor, else its own.</summary>
    /// <returns>The key, and whether a predecessor had it.</returns>
    public (IdempotencyKey Key, bool IsRepeated) Take(BusRequest request, IdempotencyKey own)
    {
        lock (gate)
        {
            while (kept.First is { } oldest && time.GetElapsedTime(oldest.Value.Since) > KeptFor)
            {
                kept.RemoveFirst();
            }

            // Most of the time nothing is kept, and nothing has to be hashed.
            var operation = kept.Count > 0 ? Name(request) : null;
            for (var node = kept.First; node is not null; node = node.Next)
            {
                if (node.Value.Operation == operation)
                {
                    kept.Remove(node);
                    return (node.Value.Key, true);
                }
            }

            return (own, false);
        }
    }

    /// <summary>Notes that a request had no answer that decides it.</summary>
    public void Keep(BusRequest request, IdempotencyKey key)
    {
        lock (gate)
        {
            kept.AddLast(new Write(Name(request), key, time.GetTimestamp()));
            if (kept.Count > MaxKept)
            {
                kept.RemoveFirst();
            }
        }
    }

    /// <summary>What makes two requests the same operation.</summary>
    private static string Name(BusRequest request) =>
        $"{request.Path} {request.Occasion} {Convert.ToHexString(SHA256.HashData(request.Body))}";

    private sealed record Write(string Operation, IdempotencyKey Key, long Since);
}
