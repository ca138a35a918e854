namespace Backchannel.Native.Bus.Storage;

/// <summary>Something that a write changed. Those who wait for it are told once the write is on the disk.</summary>
/// <param name="Number">The channel's number, or the message's key (its time in microseconds); 0 where there is only one such thing.</param>
internal readonly record struct Change(ChangeKind Kind, long Number)
{
    /// <summary>A message was posted to the channel, or one of its messages changed.</summary>
    public static Change OfChannel(long channel) => new(ChangeKind.Channel, channel);

    /// <summary>Who may use the channel, and for what, was changed.</summary>
    public static Change OfRules(long channel) => new(ChangeKind.ChannelRules, channel);

    /// <summary>A member came to the channel, a key asks to come in or was answered, or a worker waits for its tasks or waits no more.</summary>
    public static Change OfPeople(long channel) => new(ChangeKind.ChannelPeople, channel);

    /// <summary>One task of the channel has become open.</summary>
    public static Change OfWork(long channel) => new(ChangeKind.ChannelWork, channel);

    /// <summary>The message was claimed, released, acknowledged or removed.</summary>
    public static Change OfMessage(long message) => new(ChangeKind.Message, message);

    /// <summary>The channel was deleted, and with it all of its messages.</summary>
    public static Change DeletionOf(long channel) => new(ChangeKind.ChannelDeletion, channel);

    /// <summary>Every claim that waits is registered for it. It is signalled only when the bus stops.</summary>
    public static Change OfWaitingClaims { get; } = new(ChangeKind.WaitingClaims, 0);

    /// <summary>Everybody who looks on is registered for it. It is signalled only when the bus stops.</summary>
    public static Change OfLookingOn { get; } = new(ChangeKind.LookingOn, 0);

    /// <summary>Another process may have changed anything: its announcements were missed.</summary>
    public static Change OfEverything { get; } = new(ChangeKind.Everything, 0);

    /// <summary>A key was revoked, or its scopes were changed.</summary>
    public static Change OfKeys { get; } = new(ChangeKind.Keys, 0);

    /// <summary>The queue of webhook events changed.</summary>
    public static Change OfWebhooks { get; } = new(ChangeKind.Webhooks, 0);
}
