using Backchannel.Native.Tests.Support.Servers;
using Processor = System.Runtime.InteropServices.Architecture;

namespace Backchannel.Native.Tests.Support.Platforms;

/// <summary>A test of the static file for one processor; where that cannot be run, it is reported as skipped with the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class StaticFileFactAttribute : FactAttribute
{
    public StaticFileFactAttribute(Processor processor)
    {
        Processor = processor;
        Skip = StaticFile.Obstacle(processor);
    }

    public Processor Processor { get; }

    /// <summary>Whether the test runs a <see cref="NameServer"/>.</summary>
    public bool NeedsNameServer
    {
        get => false;
        set => Skip ??= value ? NameServer.Obstacle() : null;
    }
}
