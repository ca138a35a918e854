namespace Backchannel.Native.Tests.Support;

/// <summary>A test of something that only root may do on Linux, such as giving files away; left out elsewhere, and said so.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute(params string[] programs) =>
        Skip = OperatingSystem.IsLinux() && Environment.UserName == "root" ? ProgramOnPath.Obstacle(programs) : "needs root on Linux";
}
