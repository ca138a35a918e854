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

    /// <summary>A key was revoked, or its scopes were changed.</summary>
    Keys,

    /// <summary>A session of a worker showed that it lives.</summary>
    SessionSeen,

    /// <summary>Somebody else ended a task that the session holds.</summary>
    SessionTaskEnded,

    /// <summary>Somebody else noted something on a task that the session holds.</summary>
    SessionTaskNoted,

    /// <summary>Never signalled. A request that waits for all changes registers here, so that it counts against the limit.</summary>
    LookingOn,

    /// <summary>Who has to do with a channel: a member came, a key asks to come in, or a worker waits for its tasks or waits no more.</summary>
    ChannelPeople,
}
