namespace Backchannel.Native.Tests.Bus.Model;

/// <summary>Operations in their order.</summary>
/// <param name="Tick">How much time passes before each; zero for a clock that stands still, so that everything happens at once.</param>
internal sealed record Sequence(TimeSpan Tick, IReadOnlyList<Operation> Operations);
