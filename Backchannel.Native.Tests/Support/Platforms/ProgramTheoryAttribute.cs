namespace Backchannel.Native.Tests.Support.Platforms;

/// <inheritdoc cref="ProgramFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProgramTheoryAttribute : TheoryAttribute
{
    public ProgramTheoryAttribute(params string[] programs) => Skip = ProgramOnPath.Obstacle(programs);
}
