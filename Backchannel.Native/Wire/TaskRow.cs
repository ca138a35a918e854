using System.Text.Json.Serialization;

namespace Backchannel.Native.Wire;

/// <summary>A task in a list for people: what one has to know of it at a glance.</summary>
/// <param name="ChannelId">Id of its channel.</param>
/// <param name="State">One of <see cref="TaskStates"/>; null for a message of a broadcast channel.</param>
/// <param name="Content">The first <see cref="Limits.RowCharacters"/> characters.</param>
/// <param name="ContentLeftOut">How many characters follow.</param>
/// <param name="ChangedAt">When it was posted or claimed, or an attempt or the task ended, whatever was last; a <see cref="Timestamp"/>.</param>
/// <param name="Holder">Who holds it, or did last; null for an open, waiting or cancelled task.</param>
/// <param name="AttemptsUsed">Attempts that count, since the post or the last reopening.</param>
/// <param name="MaxAttempts">Null: no limit.</param>
/// <param name="Question">The text of the open question of its worker; null for none.</param>
/// <param name="Reason">Why it failed or was cancelled, or why its last attempt ended.</param>
/// <param name="EndedAt">Of a failed, cancelled or acknowledged task.</param>
/// <param name="WaitsFor">How many other tasks a waiting task waits for.</param>
/// <param name="NotBefore">Until when a waiting task waits; null where it waits for no time.</param>
/// <param name="Mine">Whether the asking key posted it; left out where not.</param>
internal sealed record TaskRow(
    string Id,
    string ChannelId,
    string? State,
    int Priority,
    string Content,
    int ContentLeftOut,
    ActorReference? Actor,
    string? ActorLabel,
    string CreatedAt,
    string ChangedAt,
    long Version,
    ActorReference? Holder,
    string? ClaimedAt,
    string? LeaseExpiresAt,
    int AttemptsUsed,
    int? MaxAttempts,
    string? Question,
    TaskProgress? Progress,
    string? Reason,
    string? EndedAt,
    int WaitsFor = 0,
    string? NotBefore = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Mine = false);

/// <summary>Answer to <c>GET /v1/changes</c>, an addition of this program's bus.</summary>
/// <param name="Cursor">Where the next request goes on.</param>
/// <param name="Reset">Whether changes may have been missed: everything has to be read anew.</param>
/// <param name="Lanes">Ids of the channels whose counts may have changed, also those of workers and of keys that ask to come in.</param>
/// <param name="Tasks">The tasks that changed, the latest change first; none where they are more than <see cref="Limits.MaxPageSize"/>.</param>
/// <param name="More">Whether more changed than this tells, or a channel is not shown any more: lists have to be read anew.</param>
/// <param name="People">Those of <paramref name="Lanes"/> of which no task has changed, only who has to do with it. Null: the bus is of an older release, which does not tell.</param>
internal sealed record LiveChanges(
    string Cursor, bool Reset, IReadOnlyList<string> Lanes, IReadOnlyList<TaskRow> Tasks, bool More, IReadOnlyList<string>? People = null);

/// <summary>Answer to <c>GET /v1/workers</c>, an addition of this program's bus.</summary>
/// <param name="Waiting">Who waits for a task, the longest first in each channel.</param>
/// <param name="Holding">Who holds a task, also who has not been seen lately.</param>
/// <param name="Ended">Tasks that ended, the latest first, at most <see cref="Limits.DefaultPageSize"/>.</param>
internal sealed record WorkerList(IReadOnlyList<LaneWaiter> Waiting, IReadOnlyList<LaneHolder> Holding, IReadOnlyList<TaskRow> Ended);

/// <param name="Since">A <see cref="Timestamp"/>.</param>
internal sealed record LaneWaiter(string ChannelId, string Actor, string Since);

/// <param name="Since">When it claimed, a <see cref="Timestamp"/>.</param>
/// <param name="Content">The beginning of the task.</param>
/// <param name="Silent">Whether its session has not been seen lately. The task is its own until the lease ends.</param>
internal sealed record LaneHolder(
    string ChannelId,
    string Actor,
    string MessageId,
    string Since,
    string? LeaseExpiresAt,
    string Content,
    bool Silent);

/// <summary>An entry of the answer to <c>GET /v1/search</c>.</summary>
/// <param name="Archived">Whether the message is only in the channel's history.</param>
/// <param name="FoundIn">One of <see cref="FoundIns"/>.</param>
/// <param name="Excerpt">Text around the first hit, at most <see cref="Limits.ExcerptCharacters"/> characters.</param>
internal sealed record SearchHit(TaskRow Task, bool Archived, string FoundIn, string Excerpt);

/// <summary>Where the words of a search were found.</summary>
internal static class FoundIns
{
    public const string Message = "message";
    public const string Note = "note";
    public const string Result = "result";
}
