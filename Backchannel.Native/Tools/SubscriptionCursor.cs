using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>How far a subscription has read: everything up to a time, and which messages behind that.</summary>
/// <param name="Settled">Nothing new can appear at or before this time, microseconds since 1970; null: nothing read yet.</param>
/// <param name="Shown">What was shown of later times, oldest first.</param>
/// <remarks>
/// A plain timestamp is not enough: the reference bus takes the time of a message before it waits for the write lock, so messages
/// appear behind ones that were read already.
/// </remarks>
internal sealed record SubscriptionCursor(long? Settled, IReadOnlyList<ShownMark> Shown)
{
    public static SubscriptionCursor Start { get; } = new(null, []);

    /// <summary>When the newest message that was shown was created; null: nothing read yet.</summary>
    public long? Newest => Shown is [.., var last] ? last.Time : Settled;

    /// <summary>From where to list, so that everything that was not shown comes.</summary>
    public string? ReadAfter => Settled is { } time ? ShownMark.ToText(time) : null;

    /// <summary>Where a plain timestamp of the bus, or of a person, points to.</summary>
    /// <returns>Null when the text is no time.</returns>
    public static SubscriptionCursor? FromTimestamp(string text) =>
        Timestamp.TryParse(text, out _) ? new(ShownMark.TimeOf(text), []) : null;

    /// <summary>The cursor after more was shown.</summary>
    /// <param name="settled">What is settled now, if that is later.</param>
    public SubscriptionCursor Advance(long? settled, IEnumerable<ShownMark> shown)
    {
        var after = Settled is null || settled > Settled ? settled : Settled;
        return new(after, [.. Shown.Concat(shown).Where(mark => after is null || mark.Time > after).OrderBy(mark => mark.Time)]);
    }
}
