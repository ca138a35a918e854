namespace Backchannel.Native.Tests.Bus.Model;

/// <summary>What most of a generated sequence is about.</summary>
internal enum Subject
{
    Everything,

    /// <summary>Somebody sets the machine's clock now and then. Writes per minute have tests of their own for that.</summary>
    ClockThatIsSet,

    LifeOfTasks,
}
