using System.Text.Json.Serialization;

namespace Backchannel.Native.Wire;

/// <summary>Body of <c>POST /v1/messages/{message}/notes</c>, an addition of this program's bus.</summary>
/// <param name="Kind">One of <see cref="NoteKinds"/>.</param>
/// <param name="Text">At most <see cref="TaskLimits.MaxNoteBytes"/>; progress may have a percent instead.</param>
/// <param name="Percent">Of progress: 0 to 100.</param>
/// <param name="Question">Of an answer or a withdrawal: the id of the question; absent: the newest one.</param>
/// <param name="Session">The secret of the process that holds the task; absent for its poster.</param>
/// <param name="Actor">Id, alias or name of the acting actor.</param>
/// <param name="ActorLabel">What the author calls itself where it names no actor.</param>
internal sealed record NoteRequest(
    string Kind,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Text = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Percent = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Question = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Session = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Actor = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ActorLabel = null);

/// <summary>Answer of <c>POST /v1/messages/{message}/notes</c>.</summary>
/// <param name="Task">The task after it.</param>
/// <param name="Note">The note; of a withdrawal, the question; absent for progress, which <see cref="Task"/> shows.</param>
internal sealed record NoteOutcome(
    TaskView Task,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TaskNote? Note = null);
