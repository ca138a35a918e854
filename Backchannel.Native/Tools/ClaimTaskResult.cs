using System.Text.Json;
using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Result of <c>claim_task</c>.</summary>
/// <param name="Claimed">False: everything but <paramref name="Note"/> and <paramref name="Next"/> is absent.</param>
/// <param name="Note">Why there is none; of a task, what of it is left out and how to get it.</param>
/// <param name="Channel">Id of the channel.</param>
/// <param name="Actor">Name under which it was claimed.</param>
/// <param name="Redelivered">True when another worker is known to have held it; otherwise absent.</param>
/// <param name="Attempts">Those before this one, with what became of them.</param>
/// <param name="Prerequisites">What the tasks brought on which this one depends.</param>
/// <param name="Files">Where the files of the task lie.</param>
/// <param name="Notes">What its poster and earlier workers noted on it, the oldest first.</param>
/// <param name="ReplyTo">Id of the message that it answers.</param>
/// <param name="Thread">Id of the first message of that chain, if that is another one.</param>
/// <param name="Owner">Label of the channel's owner, when that is somebody else.</param>
internal sealed record ClaimTaskResult(
    bool Claimed,
    string? MessageId = null,
    string? Channel = null,
    string? Content = null,
    JsonElement? Metadata = null,
    Sender? From = null,
    string? Actor = null,
    string? CreatedAt = null,
    string? ExpiresAt = null,
    string? LeaseExpiresAt = null,
    bool? Redelivered = null,
    IReadOnlyList<ShownAttempt>? Attempts = null,
    IReadOnlyList<ShownPrerequisite>? Prerequisites = null,
    IReadOnlyList<ReceivedFile>? Files = null,
    IReadOnlyList<ShownNote>? Notes = null,
    string? ReplyTo = null,
    string? Thread = null,
    string? Owner = null,
    string? Note = null,
    string? Next = null)
{
    /// <summary>Of tasks claimed before, in one reminder.</summary>
    public const int MaxHeldIds = 5;

    /// <summary>Kept free for everything in a result but content and metadata.</summary>
    private const int FrameBytes = 8000;

    /// <summary>For the results of prerequisites.</summary>
    public const int MaxPrerequisiteBytes = 60_000;

    /// <summary>For the reasons of earlier attempts.</summary>
    private const int MaxReasonsLength = 4_000;

    /// <summary>For what poster and earlier workers noted on the task.</summary>
    private const int MaxNoteBytes = 8_000;

    /// <param name="several">Whether more than one channel was looked at.</param>
    /// <param name="paused">Those of them to which nothing can be posted.</param>
    public static ClaimTaskResult Nothing(bool waited, bool several, IReadOnlyList<string> paused) => new(
        Claimed: false,
        Note: (several ? "No open task on these channels." : "No open task on this channel.")
            + (paused.Count > 0 ? $" Paused, so that nobody can post there: {string.Join(", ", paused)}." : ""),
        Next: waited ? "Call claim_task again to go on waiting." : "Call claim_task with wait_seconds to wait for one.");

    /// <summary>Names channels that nobody has posted to yet.</summary>
    public ClaimTaskResult WithMissing(IReadOnlyList<(string Name, BackchannelException Fault)> missing) => missing.Count == 0
        ? this
        : this with { Note = $"{Note} {string.Join(' ', missing.Select(static channel => EmptyLane.Describe(channel.Name, channel.Fault)))}" };

    /// <summary>Names channels that were there when a task was claimed from them.</summary>
    public ClaimTaskResult WithGone(IReadOnlyList<string> channels) => channels.Count == 0
        ? this
        : this with { Note = $"{Note} Deleted meanwhile, or closed to your key: {string.Join(", ", channels)}." };

    /// <summary>Reminds of tasks that were claimed before and are still to be acknowledged or released.</summary>
    /// <param name="count">How many tasks that were.</param>
    /// <param name="oldest">Ids of the first <see cref="MaxHeldIds"/> of them.</param>
    public ClaimTaskResult WithHeld(int count, IReadOnlyList<string> oldest)
    {
        if (count == 0)
        {
            return this;
        }

        var shown = string.Join(", ", oldest) + (count > oldest.Count ? $" and {count - oldest.Count} more" : "");
        var reminder = $"You still hold {shown}: end each with ack_task, fail_task or release_task.";
        return this with { Note = Note is null ? reminder : $"{Note} {reminder}" };
    }

    /// <summary>Adds the files of the task, and what to do about one that could not be fetched.</summary>
    public ClaimTaskResult WithFiles(IReadOnlyList<ReceivedFile>? files) => files?.Any(static file => file.Error is not null) is true
        ? this with { Files = files, Next = $"{Next} A file has an error: if you need it, release_task and claim again, and fail_task if that does not help." }
        : this with { Files = files };

    /// <summary>Says that nobody renews a claim whose process ends with the call.</summary>
    public ClaimTaskResult WithoutRenewal()
    {
        var warning = $"This claim comes from a shell: nobody renews it, and it ends at {LeaseExpiresAt}. Call ack_task before that. A longer one: lease_seconds, at most {Limits.MaxLeaseSeconds}.";
        return this with { Note = Note is null ? warning : $"{Note} {warning}" };
    }

    /// <exception cref="BackchannelException">The bus's refusal, where posting could not make the channel.</exception>
    public static ClaimTaskResult NobodyPosted(string channel, bool waited, BackchannelException missing) => new(
        Claimed: false,
        Note: EmptyLane.Describe(channel, missing),
        Next: $"{EmptyLane.Advice} {(waited ? "Call claim_task again to go on waiting" : "Otherwise call claim_task with wait_seconds to wait")} for the first task.");

    /// <param name="maxBytes">Of the whole result.</param>
    public static ClaimTaskResult Of(TakenTask claimed, Lane lane, int maxBytes)
    {
        var (lease, message) = (claimed.Lease, claimed.Lease.Message);
        var prerequisites = ShownPrerequisite.Of(lease.Prerequisites, Math.Min(MaxPrerequisiteBytes, maxBytes / 2));
        var attempts = ShownAttempt.Of(lease.Task, MaxReasonsLength);
        var (notes, leftOut) = ShownNotes.OfTask(lease.Task, MaxNoteBytes);
        var extraBytes = (prerequisites is null && attempts is null ? 0 : MaxReasonsLength + SizeOf(prerequisites)) + (notes is null ? 0 : MaxNoteBytes);
        var fitted = FittedMessage.Of(message, maxBytes - FrameBytes - extraBytes);
        return new(
            Claimed: true,
            MessageId: message.Id,
            Channel: message.ChannelId,
            Content: fitted.Content,
            Metadata: fitted.Metadata,
            From: Sender.Of(message),
            Actor: ShownText.Name(lease.Actor.Name),
            CreatedAt: message.CreatedAt,
            ExpiresAt: message.ExpiresAt,
            LeaseExpiresAt: lease.ExpiresAt,
            Redelivered: claimed.WasHeldBefore ? true : null,
            Attempts: attempts,
            Prerequisites: prerequisites,
            Notes: notes,
            ReplyTo: message.ReplyTo,
            Thread: message.LongerThread(),
            Owner: lane.ForeignOwner(),
            Note: (fitted.Note, leftOut) switch
            {
                (null, _) => leftOut,
                (_, null) => fitted.Note,
                _ => $"{fitted.Note} {leftOut}",
            },
            Next: LongAnswer.Advise(
                $"Do the task, then call ack_task with message_id {message.Id} and the result; fail_task if you cannot.",
                prerequisites is null ? 0 : SizeOf(prerequisites),
                "call await_result with the message_id of each prerequisite"));
    }

    private static int SizeOf(IReadOnlyList<ShownPrerequisite>? prerequisites) =>
        prerequisites is null ? 0 : JsonSize.Of(prerequisites, ResultsJsonContext.Default.IReadOnlyListShownPrerequisite);
}
