namespace Backchannel.Native.Wire;

/// <summary>A channel as another channel names it.</summary>
internal sealed record ChannelReference(string Id, string Name, string Mode);
