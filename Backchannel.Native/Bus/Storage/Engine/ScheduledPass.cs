namespace Backchannel.Native.Bus.Storage.Engine;

/// <summary>A pass that an engine asks for.</summary>
/// <param name="Interval">Between two runs; null for a pass that runs once, while the bus starts to serve.</param>
internal sealed record ScheduledPass(IMaintenancePass Pass, TimeSpan? Interval);
