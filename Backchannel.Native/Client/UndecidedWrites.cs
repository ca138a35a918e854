using System.Security.Cryptography;

namespace Backchannel.Native.Client;

/// <summary>Writes of which nobody knows whether the bus has done them: their next repetition carries the same idempotency key.</summary>
/// <remarks>
/// Whoever asks for the same again after a lost answer wants it done once. An answer ends that: from then on the same request is
/// meant as another one. The reference bus keeps answers for a day.
/// </remarks>
internal sealed class UndecidedWrites(TimeProvider time)
{
    private const int MaxKept = 1000;
    private static readonly TimeSpan KeptFor = TimeSpan.FromHours(1);

    private readonly Lock gate = new();
    private readonly LinkedList<(string Operation, IdempotencyKey Key, long Since)> kept = [];

    /// <summary>What makes two requests the same operation.</summary>
    /// <param name="occasion">Tells apart what has the same bytes and is not the same: two releases of one task, for example.</param>
    public static string Name(string path, byte[] body, string? occasion) =>
        $"{path} {occasion} {Convert.ToHexString(SHA256.HashData(body))}";

    /// <summary>The key for a request: that of its undecided predecessor, else a new one.</summary>
    /// <returns>The key, and whether a predecessor had it.</returns>
    public (IdempotencyKey Key, bool IsRepeated) Take(string operation)
    {
        lock (gate)
        {
            while (kept.First is { } oldest && time.GetElapsedTime(oldest.Value.Since) > KeptFor)
            {
                kept.RemoveFirst();
            }

            for (var node = kept.First; node is not null; node = node.Next)
            {
                if (node.Value.Operation == operation)
                {
                    kept.Remove(node);
                    return (node.Value.Key, true);
                }
            }

            return (IdempotencyKey.New(), false);
        }
    }

    /// <summary>Notes that a request had no answer that decides it.</summary>
    public void Keep(string operation, IdempotencyKey key)
    {
        lock (gate)
        {
            kept.AddLast((operation, key, time.GetTimestamp()));
            if (kept.Count > MaxKept)
            {
                kept.RemoveFirst();
            }
        }
    }
}
