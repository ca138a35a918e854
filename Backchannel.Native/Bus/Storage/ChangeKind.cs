namespace Backchannel.Native.Bus.Storage;

/// <summary>What a <see cref="Change"/> is about.</summary>
internal enum ChangeKind
{
    Channel,
    ChannelRules,
    ChannelWork,
    ChannelDeletion,
    Message,
    WaitingClaims,
    Webhooks,

    /// <summary>Nobody knows what: all that wait look again.</summary>
    Everything,

    /// <summary>A key was revoked.</summary>
    Keys,
}
