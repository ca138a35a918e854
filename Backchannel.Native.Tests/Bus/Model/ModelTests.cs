using Backchannel.Native.Tests.Support;

namespace Backchannel.Native.Tests.Bus.Model;

/// <summary>Random sequences of operations by several keys: the bus and a simple model of the API have to answer alike.</summary>
/// <remarks>One sequence again: <c>BACKCHANNEL_TEST_SEED=1234 dotnet test --filter ModelTests</c>.</remarks>
[Trait(Soak.Name, Soak.Value)]
public sealed class ModelTests
{
    private const string SeedVariable = "BACKCHANNEL_TEST_SEED";

    private const int Length = 80;

    private const int ShrinkingAttempts = 600;

    /// <summary>Several at once on several cores; each has a bus of its own.</summary>
    private static readonly ParallelOptions AFewAtOnce = new() { MaxDegreeOfParallelism = 4 };

    public static TheoryData<int> FirstSeeds => Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 } seed
        ? [int.Parse(seed, System.Globalization.CultureInfo.InvariantCulture)]
        : [1, 1_000_000 + (Environment.TickCount & 0xfff_ffff)];

    [Theory]
    [MemberData(nameof(FirstSeeds))]
    public async Task The_bus_answers_random_sequences_as_the_model_does(int firstSeed)
    {
        var isOne = Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 };
        var failed = 0;

        await Parallel.ForEachAsync(Enumerable.Range(firstSeed, isOne ? 1 : Soak.Times(100, 4_000)), AFewAtOnce, async (seed, _) =>
        {
            if (Volatile.Read(ref failed) == 0
                && await ModelRun.RunAsync(SequenceGenerator.Generate(seed, Length)) is { } failure
                && Interlocked.Exchange(ref failed, 1) == 0)
            {
                Assert.Fail(await ReportAsync(seed, failure));
            }
        });
    }

    private static async Task<string> ReportAsync(int seed, Disagreement failure)
    {
        var (sequence, shrunk) = await Shrinker.ShrinkAsync(
            SequenceGenerator.Generate(seed, Length), failure, ModelRun.RunAsync, ShrinkingAttempts);
        return $"""
            Bus and model disagree. Again: {SeedVariable}={seed} dotnet test --filter {nameof(ModelTests)}
            Shrunk from {Length} to {sequence.Operations.Count} operations, {sequence.Tick.TotalMilliseconds} ms apart:
            {string.Join('\n', sequence.Operations)}
            {shrunk}
            """;
    }
}
