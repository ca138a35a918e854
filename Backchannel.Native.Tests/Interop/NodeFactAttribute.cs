namespace Backchannel.Native.Tests.Interop;

/// <summary>As <see cref="NodeTheoryAttribute"/>, for a test without rows.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NodeFactAttribute : FactAttribute
{
    public NodeFactAttribute() => Skip = new NodeTheoryAttribute().Skip;
}
