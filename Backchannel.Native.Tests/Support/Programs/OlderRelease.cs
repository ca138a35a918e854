namespace Backchannel.Native.Tests.Support.Programs;

/// <summary>A release from before tasks had options, which <c>build.sh</c> builds from the commit that Fixtures/older-release.txt names.</summary>
internal static class OlderRelease
{
    private const string Variable = "BACKCHANNEL_TEST_OLDER";

    /// <summary>Its program.</summary>
    public static string Path => Environment.GetEnvironmentVariable(Variable)!;

    /// <summary>Why it cannot be run; null if it can.</summary>
    public static string? Obstacle => string.IsNullOrEmpty(Path)
        ? $"not run: {Variable} names no older release; './build.sh test' builds it where the repository has its whole history (a shallow clone and a source archive have not)"
        : null;
}
