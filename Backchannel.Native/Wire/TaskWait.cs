using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Backchannel.Native.Wire;

/// <summary>Body of <c>POST /v1/tasks/wait</c>, an addition of this program's bus.</summary>
/// <param name="Tasks">1 to <see cref="TaskLimits.MaxWatchedTasks"/>.</param>
/// <param name="Wait">Seconds for which the bus may hold the request while none of them changes.</param>
/// <param name="Results">Whether acknowledged tasks come with their results.</param>
internal sealed record TaskWaitRequest(IReadOnlyList<SeenTask> Tasks, double Wait, bool Results);

/// <summary>A task, and its version as it was last seen.</summary>
/// <param name="Version">Absent: never; the bus answers at once.</param>
internal sealed record SeenTask(
    string Id,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Version = null);

/// <summary>Answer of <c>POST /v1/tasks/wait</c>.</summary>
/// <param name="Tasks">Those that have changed, or as many of them as one answer holds; empty when none has.</param>
internal sealed record TaskChanges(IReadOnlyList<TaskChange> Tasks);

/// <summary>Either what message-read shows of a task, or why it can no longer be read.</summary>
/// <param name="Message">A <see cref="Wire.Message"/>; with an error, a text for people.</param>
/// <param name="Id">Only with an error.</param>
/// <param name="Error">One of <see cref="ErrorCodes"/>; null where the task can be read.</param>
/// <param name="TaskState">With an error, as in an <see cref="ErrorResponse"/>; likewise what follows.</param>
internal sealed record TaskChange(
    JsonElement Message,
    string? Id = null,
    string? Error = null,
    IReadOnlyList<AckDetail>? Acks = null,
    int Deliveries = 0,
    long Version = 0,
    TaskView? Task = null,
    Message? Result = null,
    string? TaskState = null,
    string? EndedAt = null,
    string? EndedBy = null,
    string? Reason = null)
{
    /// <summary>The task as message-read shows it; null with an error.</summary>
    public MessageState? State(JsonTypeInfo<Message> messageType) => Error is null
        ? new(Message.Deserialize(messageType) ?? throw new JsonException("A task without a message."), Acks ?? [], Deliveries, Version, Task) { Result = Result }
        : null;
}
