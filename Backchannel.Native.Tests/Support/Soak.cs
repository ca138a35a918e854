using Xunit.Abstractions;

namespace Backchannel.Native.Tests.Support;

/// <summary>How much a test of endurance does: little with all tests, much under <c>build.sh soak</c>.</summary>
/// <remarks>
/// Such a test carries <c>[Trait(Soak.Name, Soak.Value)]</c>, by which the verb picks it, and <c>[Collection(Soak.Name)]</c> where it
/// needs the machine for itself.
/// </remarks>
internal static class Soak
{
    public const string Name = "endurance";

    public const string Value = "soak";

    private const string Variable = "BACKCHANNEL_TEST_SOAK";

    private const string ProgressVariable = "BACKCHANNEL_TEST_PROGRESS";

    public static bool IsOn { get; } = Environment.GetEnvironmentVariable(Variable) is "1";

    public static int Times(int ordinary, int soaking) => IsOn ? soaking : ordinary;

    /// <summary>How long one test may take.</summary>
    public static CancellationToken Limit() => new CancellationTokenSource(TimeSpan.FromMinutes(IsOn ? 45 : 20)).Token;

    /// <summary>Where the random choices of a test begin: always the same with all tests, another one in each soak; told in the output.</summary>
    public static int Seed(ITestOutputHelper output)
    {
        var seed = IsOn ? Random.Shared.Next() : 20_000;
        output.WriteLine($"seed {seed}");
        return seed;
    }

    /// <summary>Tells every ten seconds how far a test has come, until it is disposed.</summary>
    /// <remarks>A test's own output is shown once it has ended; the lines also go to the file that <c>build.sh soak</c> shows as it grows.</remarks>
    public static Rhythm Report(ITestOutputHelper output, Func<string> state) => new(() => TimeSpan.FromSeconds(10), async () =>
    {
        var line = $"{DateTime.Now:HH:mm:ss} {state()}";
        output.WriteLine(line);
        if (Environment.GetEnvironmentVariable(ProgressVariable) is { Length: > 0 } file)
        {
            await File.AppendAllTextAsync(file, line + "\n");
        }

        return true;
    });
}

/// <summary>Endurance tests that load the machine: one after the other, and beside no other test.</summary>
[CollectionDefinition(Soak.Name, DisableParallelization = true)]
public sealed class AloneOnTheMachine;
