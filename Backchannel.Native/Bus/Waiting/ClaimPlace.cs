using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Bus.Waiting;

/// <summary>The place of a claimer among those that wait for tasks.</summary>
/// <param name="claimer">The key and the session: the next request of the same one takes this place over.</param>
/// <param name="actor">The name under which it claims.</param>
/// <param name="channels">The numbers of the channels that it waits on.</param>
/// <param name="order">Places are called in this order.</param>
/// <param name="since">When its waiting began, in microseconds since 1970.</param>
/// <param name="digest">Of the key that makes repetitions one claim; null for none.</param>
internal sealed class ClaimPlace(
    (string KeyId, string Session) claimer, string actor, IReadOnlyList<long> channels, long order, long since, KeyDigest? digest)
{
    public KeyDigest? Digest { get; } = digest;

    public string Actor { get; } = actor;

    public IReadOnlyList<long> Channels { get; } = channels;

    public long Order { get; } = order;

    public long Since { get; } = since;

    /// <summary>Calls the claimer: told on which channel a task became open; null where it only has to look at its channels again.</summary>
    public Action<long?>? Call { get; set; }

    /// <summary>Whether its request has ended; the place is then kept for a while.</summary>
    public bool IsLeft { get; set; }

    /// <summary>Whether its caller has said that it does not wait any more: it must get no task.</summary>
    public bool IsOver { get; set; }

    /// <summary>When the request ended, as a timestamp.</summary>
    public long LeftAt { get; set; }

    public bool IsOf((string KeyId, string Session) other, IReadOnlyList<long> onChannels) =>
        claimer == other && Channels.SequenceEqual(onChannels);
}
