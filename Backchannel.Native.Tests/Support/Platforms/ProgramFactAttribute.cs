namespace Backchannel.Native.Tests.Support.Platforms;

/// <summary>A test that runs other programs; where one is missing, it is reported as skipped with the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProgramFactAttribute : FactAttribute
{
    public ProgramFactAttribute(params string[] programs) => Skip = ProgramOnPath.Obstacle(programs);
}
