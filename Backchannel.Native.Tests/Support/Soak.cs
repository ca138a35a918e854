namespace Backchannel.Native.Tests.Support;

/// <summary>How much a test of endurance does: little with all tests, much under <c>build.sh soak</c>.</summary>
/// <remarks>Such a test carries <c>[Trait(Soak.Name, Soak.Value)]</c>, by which the verb picks it.</remarks>
internal static class Soak
{
    public const string Name = "endurance";

    public const string Value = "soak";

    private const string Variable = "BACKCHANNEL_TEST_SOAK";

    public static bool IsOn { get; } = Environment.GetEnvironmentVariable(Variable) is "1";

    public static int Times(int ordinary, int soaking) => IsOn ? soaking : ordinary;
}
