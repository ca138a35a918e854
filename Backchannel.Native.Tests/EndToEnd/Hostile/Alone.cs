namespace Backchannel.Native.Tests.EndToEnd.Hostile;

/// <summary>Tests that keep the machine so busy that others beside them would miss their time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
