using System.Globalization;
using Backchannel.Native.Bus.Memory;
using Backchannel.Native.Tests.Bus.Model;

namespace Backchannel.Native.Tests.Bus.Several;

/// <summary>Random sequences at two buses that share a database, each request to any of them: they answer as one model does.</summary>
[Trait(Soak.Name, Soak.Value)]
public sealed class SharedModelTests
{
    private const int Length = 140;

    private const int ShrinkingAttempts = 200;

    /// <summary>A session that is gone at one bus counts as living at another for a moment longer, which the model does not know: no pause ends in between.</summary>
    private static readonly int ShortestPause = (int)(WorkerSessions.Grace + WorkerSessions.SignInterval + TimeSpan.FromSeconds(4)).TotalSeconds;

    [PostgresTheory]
    [InlineData(101, false)]
    [InlineData(301, true)]
    public async Task Two_buses_answer_random_sequences_as_one_model_does(int firstSeed, bool isAboutTheLifeOfTasks)
    {
        var subject = isAboutTheLifeOfTasks ? Subject.LifeOfTasks : Subject.Everything;
        await Parallel.ForEachAsync(
            Enumerable.Range(firstSeed, Soak.Times(10, 300)), new ParallelOptions { MaxDegreeOfParallelism = 3 }, async (seed, _) =>
            {
                var sequence = WithLongPauses(SequenceGenerator.Generate(seed, Length, subject));
                // A sign of life that was on its way while the clock was advanced may make a difference once.
                if (await RunAsync(sequence) is not null && await RunAsync(sequence) is { } failure)
                {
                    var (shortest, shrunk) = await Shrinker.ShrinkAsync(sequence, failure, RunAsync, ShrinkingAttempts);
                    Assert.Fail($"Two buses and the model disagree about seed {seed} ({subject}), shrunk:\n{string.Join('\n', shortest.Operations)}\n{shrunk}");
                }
            });
    }

    private static Task<Disagreement?> RunAsync(Sequence sequence) => ModelRun.RunAsync(sequence, new Coverage(), processes: 2);

    private static Sequence WithLongPauses(Sequence sequence) => new(
        sequence.Tick < TimeSpan.FromMilliseconds(1) ? sequence.Tick : TimeSpan.FromMilliseconds(1), [.. sequence.Operations.Select(Lengthen)]);

    private static Operation Lengthen(Operation operation) => operation.Method != Operation.Advance ? operation : operation with
    {
        Path = Math.Max(ShortestPause, int.Parse(operation.Path, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture),
    };
}
