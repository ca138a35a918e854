using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>A message as it was read.</summary>
/// <param name="Version">Where the bus says it: what to hand back in order to wait for the next change.</param>
internal sealed record SeenMessage(Message Message, long? Version = null);
