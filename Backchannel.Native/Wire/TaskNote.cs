using System.Text.Json.Serialization;

namespace Backchannel.Native.Wire;

/// <summary>A note on a task: a question, an answer or a comment.</summary>
/// <param name="Id">UUID.</param>
/// <param name="Kind">One of <see cref="NoteKinds"/>.</param>
/// <param name="By">Name of the actor; where none was named, what its author calls itself.</param>
/// <param name="At">A <see cref="Timestamp"/>.</param>
/// <param name="Question">Of an answer: the id of the question.</param>
/// <param name="Closed">Of a question that is closed: one of <see cref="QuestionEnds"/>.</param>
internal sealed record TaskNote(
    string Id,
    string Kind,
    string Text,
    string By,
    string At,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Question = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Closed = null);
