using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>A message as it was read.</summary>
/// <param name="Version">Where the bus says it: what to hand back in order to wait for the next change.</param>
/// <param name="Task">The life of the task, where the bus shows it.</param>
/// <param name="Deliveries">How often it has been taken; null where the bus does not count.</param>
internal sealed record SeenMessage(Message Message, long? Version = null, int? Deliveries = null, TaskView? Task = null);
