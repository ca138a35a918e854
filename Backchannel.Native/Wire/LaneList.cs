using System.Text.Json.Serialization;

namespace Backchannel.Native.Wire;

/// <summary>Answer to <c>GET /v1/lanes</c>, an addition of this program's bus: the channels that a key may see, and how each of them stands.</summary>
/// <param name="Lanes">
/// Those that the key has to do with, at most <see cref="Limits.MaxOwnLanes"/>, of these the ones with messages that are not acknowledged first; then what everybody may see, until they are
/// <see cref="Limits.MaxLanes"/>. The bus's own channels of results are left out.
/// </param>
/// <param name="More">Whether the key has to do with others beside these.</param>
/// <param name="Cursor">Where <c>GET /v1/changes</c> begins, so that nothing after this answer is missed.</param>
/// <param name="Now">The bus's time, a <see cref="Timestamp"/>.</param>
/// <param name="Stuck">
/// Only if asked for. Tasks that wait for a person: those with an open question, then those that failed. Of each, those that the key posted come first, then those of the channels that it created; the latest change first.
/// </param>
internal sealed record LaneList(
    IReadOnlyList<LaneView> Lanes,
    bool More,
    string Cursor,
    string Now,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<TaskRow>? Stuck = null);

/// <summary>How a channel stands.</summary>
/// <param name="Mode">One of <see cref="ChannelMode"/>.</param>
/// <param name="Access">One of <see cref="ChannelAccess"/>.</param>
/// <param name="Own">Whether the asking key created it.</param>
/// <param name="Questions">Claimed tasks whose worker waits for an answer.</param>
/// <param name="Requests">Keys that ask to be let in, of a restricted channel that the asking key created.</param>
/// <param name="Done">Tasks acknowledged since the asked time. A crash of the bus may take the last few seconds of it.</param>
/// <param name="OldestOpenAt">When the oldest task that a claim can take was posted, a <see cref="Timestamp"/>; null: there is none.</param>
/// <param name="Posts">Posts in each of the last <see cref="Limits.LaneMinutes"/> minutes, the current one last.</param>
/// <param name="Acks">Tasks acknowledged in each of these minutes.</param>
internal sealed record LaneView(
    string Id,
    string Name,
    string Mode,
    string Access,
    string Description,
    bool Own,
    long Open,
    long Claimed,
    long Waiting,
    long Failed,
    long Cancelled,
    long Questions,
    long Requests,
    long Done,
    WorkerCounts Workers,
    string? OldestOpenAt,
    IReadOnlyList<long> Posts,
    IReadOnlyList<long> Acks);
