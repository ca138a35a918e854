namespace Backchannel.Native.Tests.Support.Platforms;

/// <summary>A test that runs an <see cref="OlderRelease"/> beside this one; where there is none, it is reported as skipped with the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OlderReleaseFactAttribute : FactAttribute
{
    public OlderReleaseFactAttribute() => Skip = OperatingSystem.IsWindows() ? "needs Unix" : OlderRelease.Obstacle;
}
