namespace Backchannel.Native.Tests.Support.Platforms;

/// <summary>A test that takes too long for every run, such as one that waits until a real lease has run out; only <c>build.sh soak</c> runs it.</summary>
/// <remarks>It also carries <c>[Trait(Soak.Name, Soak.Value)]</c>, by which that verb picks it.</remarks>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SoakFactAttribute : FactAttribute
{
    public SoakFactAttribute(string reason) => Skip = Soak.Obstacle(reason);
}
