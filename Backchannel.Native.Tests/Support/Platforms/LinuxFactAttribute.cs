namespace Backchannel.Native.Tests.Support.Platforms;

/// <summary>A test that makes or looks at something the way Linux does it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute() => Skip = OperatingSystem.IsLinux() ? null : "needs Linux";
}
