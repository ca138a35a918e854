using Backchannel.Native.Tests.Support.Pace;
using Xunit.Abstractions;

namespace Backchannel.Native.Tests.Support.Time;

/// <summary>How much an endurance test does: little in every run of the tests, much under <c>build.sh soak</c>.</summary>
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

    /// <summary>Why a test that only runs under <c>build.sh soak</c> does not run; null if it does.</summary>
    /// <param name="reason">What it does that takes so long.</param>
    public static string? Obstacle(string reason) => IsOn ? null : $"not run: './build.sh soak' {reason}";

    public static int Times(int ordinary, int soaking) => IsOn ? soaking : ordinary;

    /// <summary>How long one test may take.</summary>
    public static CancellationToken Limit() => new CancellationTokenSource(TimeSpan.FromMinutes(IsOn ? 45 : 20)).Token;

    /// <summary>The seed of a test's random choices: the same in every run of the tests, another one in each soak; printed in the output.</summary>
    public static int Seed(ITestOutputHelper output)
    {
        var seed = IsOn ? Random.Shared.Next() : 20_000;
        output.WriteLine($"seed {seed}");
        return seed;
    }

    /// <summary>Reports a test's progress every ten seconds, until it is disposed.</summary>
    /// <remarks>A test's own output is shown only when it has ended; so the lines also go to a file, which <c>build.sh soak</c> shows as it grows.</remarks>
    public static Rhythm Report(ITestOutputHelper output, Func<string> state) => new(() => TimeSpan.FromSeconds(10), async () =>
    {
        await TellAsync(output, state());
        return true;
    });

    /// <summary>Tells something at once, as <see cref="Report"/> does.</summary>
    public static async Task TellAsync(ITestOutputHelper output, string what)
    {
        var line = $"{DateTime.Now:HH:mm:ss} {what}";
        output.WriteLine(line);
        if (Environment.GetEnvironmentVariable(ProgressVariable) is { Length: > 0 } file)
        {
            await File.AppendAllTextAsync(file, line + "\n");
        }
    }
}

/// <summary>Endurance tests that load the machine: they run one at a time, and no other test runs beside them.</summary>
[CollectionDefinition(Soak.Name, DisableParallelization = true)]
public sealed class AloneOnTheMachine;
