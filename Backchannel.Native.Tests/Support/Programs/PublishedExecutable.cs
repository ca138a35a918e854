namespace Backchannel.Native.Tests.Support.Programs;

/// <summary>The published native file that the end-to-end set runs; the test command publishes it first.</summary>
internal static class PublishedExecutable
{
    private const string Variable = "BACKCHANNEL_TEST_EXECUTABLE";

    public static string Path { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path && File.Exists(path)
        ? path
        : throw new InvalidOperationException($"{Variable} does not name the published executable; run ./build.sh test");
}
