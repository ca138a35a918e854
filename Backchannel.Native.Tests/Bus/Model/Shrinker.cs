namespace Backchannel.Native.Tests.Bus.Model;

/// <summary>Makes a failing sequence short: leaves out ever smaller pieces for as long as what is left still fails.</summary>
internal static class Shrinker
{
    /// <param name="run">Gives the disagreement of a sequence, or null.</param>
    /// <param name="failure">That of <paramref name="sequence"/>.</param>
    /// <param name="attempts">How many sequences to try at most.</param>
    /// <returns>A sequence from which no single operation can be left out, unless the attempts were used up; and its disagreement.</returns>
    public static async Task<(Sequence Sequence, Disagreement Failure)> ShrinkAsync(
        Sequence sequence,
        Disagreement failure,
        Func<Sequence, Task<Disagreement?>> run,
        int attempts)
    {
        var left = UpTo(sequence.Operations, failure);
        var piece = Math.Max(left.Count / 2, 1);
        while (true)
        {
            var shorter = false;
            for (var start = left.Count - piece; start > -piece && attempts > 0; start -= piece)
            {
                var from = Math.Max(start, 0);
                List<Operation> candidate = [.. left.Take(from), .. left.Skip(start + piece)];
                if (candidate.Count == left.Count)
                {
                    continue;
                }

                attempts--;
                if (await run(sequence with { Operations = candidate }) is { } still)
                {
                    (left, failure, shorter) = (UpTo(candidate, still), still, true);
                }
            }

            if (attempts == 0 || (piece == 1 && !shorter))
            {
                return (sequence with { Operations = left }, failure);
            }

            piece = shorter ? Math.Min(piece, Math.Max(left.Count / 2, 1)) : Math.Max(piece / 2, 1);
        }
    }

    private static List<Operation> UpTo(IReadOnlyList<Operation> operations, Disagreement failure) =>
        [.. operations.TakeWhile(operation => operation.Number <= failure.Operation.Number)];
}
