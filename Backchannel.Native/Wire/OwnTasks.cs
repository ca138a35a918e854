using System.Text.Json.Serialization;

namespace Backchannel.Native.Wire;

/// <summary>Body of <c>POST /v1/tasks/mine</c>, an addition of this program's bus.</summary>
/// <param name="Session">The secret of the asking process; absent: none of the tasks is its own.</param>
internal sealed record OwnTasksRequest(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Session = null);

/// <summary>Answer of <c>POST /v1/tasks/mine</c>: the tasks of a key. Each list has at most <see cref="TaskLimits.MaxOwnTasks"/> entries.</summary>
/// <param name="Held">Tasks that the key holds: the asking session's first, then those of sessions that are gone.</param>
/// <param name="Posted">Tasks that the key posted: the ones that wait for the poster first, then unfinished ones, then the rest, newest first.</param>
/// <param name="Lanes">The channels of these tasks.</param>
/// <param name="More">Names of the lists that are not whole.</param>
internal sealed record OwnTasks(
    IReadOnlyList<HeldTask> Held,
    IReadOnlyList<PostedOwnTask> Posted,
    IReadOnlyList<OwnLane> Lanes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? More = null);

/// <param name="Session">One of <see cref="HolderSessions"/>.</param>
internal sealed record HeldTask(Message Message, TaskView Task, string Session);

internal sealed record PostedOwnTask(Message Message, TaskView Task);

/// <param name="Channel">Id of the channel.</param>
/// <param name="Workers">The first <see cref="TaskLimits.MaxLaneWorkers"/> of each kind.</param>
internal sealed record OwnLane(string Channel, string Name, ChannelWorkers Workers);

/// <summary>Whose task it is, for the process that asks.</summary>
internal static class HolderSessions
{
    public const string Own = "own";

    /// <summary>Its process has ended, or was a command in a shell: any process of the key may take it over or end it.</summary>
    public const string Gone = "gone";

    /// <summary>Another process of the key holds it.</summary>
    public const string Living = "living";
}
