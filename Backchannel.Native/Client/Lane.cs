using Backchannel.Native.Wire;

namespace Backchannel.Native.Client;

/// <summary>A channel and its owner.</summary>
/// <param name="Channel">What the name meant; its <see cref="Channel.OwnerId"/> names the owner.</param>
/// <param name="OwnedByUs">Whether a key with our label created it. A stranger's alias can lead elsewhere.</param>
/// <param name="FirstUse">Whether another owner has it and this key has not used it before, as far as this machine knows.</param>
/// <param name="IsNew">Whether this process just made it, under a name that meant nothing to this key before.</param>
internal sealed record Lane(Channel Channel, bool OwnedByUs, bool FirstUse, bool IsNew = false);
