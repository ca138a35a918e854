using System.Text.Json;
using System.Text.Json.Serialization;

namespace Backchannel.Native.Wire;

/// <summary>Body of <c>POST /v1/channels/{channel}/tasks</c>, an addition of this program's bus.</summary>
/// <param name="Content">Not blank; at most <see cref="Limits.MaxContentBytes"/>.</param>
/// <param name="Metadata">A JSON object.</param>
/// <param name="ActorLabel">What the poster calls itself.</param>
/// <param name="Priority">1 to 9, higher first; absent: 5.</param>
/// <param name="DelaySeconds">Not before this time has passed; 0 to <see cref="TaskLimits.MaxDelaySeconds"/>.</param>
/// <param name="DependsOn">Ids of tasks that have to be acknowledged first; at most <see cref="TaskLimits.MaxPrerequisites"/>.</param>
/// <param name="MaxAttempts">Attempts until the task fails; 1 to <see cref="TaskLimits.MaxAttempts"/>; absent: as the channel says, else no limit.</param>
/// <param name="ReplyTo">Id of the message that this one answers.</param>
/// <param name="Files">Uploaded within the hour, or read in a message; at most <see cref="Limits.MaxFiles"/>.</param>
internal sealed record PostTaskRequest(
    string Content,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Metadata = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ActorLabel = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Priority = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? DelaySeconds = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? DependsOn = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? MaxAttempts = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ReplyTo = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<FileReference>? Files = null);

/// <summary>Answer of <c>POST /v1/channels/{channel}/tasks</c>.</summary>
/// <param name="Cursor">Of the message.</param>
/// <param name="State">One of <see cref="TaskStates"/>.</param>
internal sealed record PostedToLane(Message Message, string Cursor, string State)
{
    /// <summary>Whether an earlier call, whose answer was lost, had stored it already.</summary>
    /// <remarks>Known from the headers, not from the body.</remarks>
    [JsonIgnore]
    public bool IsOfEarlierCall { get; init; }

    /// <summary>Who is there for the task; absent on broadcast channels.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WorkerCounts? Workers { get; init; }
}
