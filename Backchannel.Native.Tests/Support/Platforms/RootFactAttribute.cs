using Backchannel.Native.Files;

namespace Backchannel.Native.Tests.Support.Platforms;

/// <summary>A test that changes users or mounts something: it needs root on Linux, and is reported as skipped with the reason elsewhere.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute(params string[] programs) => Skip = Obstacle(programs);

    public static string? Obstacle(params string[] programs) =>
        !OperatingSystem.IsLinux() ? "not run: needs Linux"
        : FileStatus.OwnUserId != 0 ? "not run: needs root, to act as two users"
        : ProgramOnPath.Obstacle(programs);
}

/// <summary>The same with cases.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RootTheoryAttribute : TheoryAttribute
{
    public RootTheoryAttribute(params string[] programs) => Skip = RootFactAttribute.Obstacle(programs);
}
