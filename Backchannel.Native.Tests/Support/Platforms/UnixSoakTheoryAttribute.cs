namespace Backchannel.Native.Tests.Support.Platforms;

/// <summary>As <see cref="SoakFactAttribute"/>, with rows, of something that only Unix has.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class UnixSoakTheoryAttribute : TheoryAttribute
{
    public UnixSoakTheoryAttribute(string reason) => Skip = OperatingSystem.IsWindows() ? "needs Unix" : Soak.Obstacle(reason);
}
