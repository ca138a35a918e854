namespace Backchannel.Native.Bus.Storage;

/// <summary>Of what kind the thing is that a <see cref="Change"/> is about.</summary>
internal enum ChangeKind
{
    Channel,
    ChannelDeletion,
    Message,
    Webhooks,
}
