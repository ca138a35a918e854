using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>A note as it was sent, checked as far as possible without the task.</summary>
/// <param name="Kind">One of <see cref="NoteKinds"/>.</param>
/// <param name="Text">Null with a withdrawal, and with progress that is only a percent.</param>
/// <param name="Question">Id of the question that is answered or withdrawn; null: the newest one.</param>
/// <param name="Label">What the author calls itself.</param>
internal sealed record NotePosting(string Kind, string? Text, int? Percent, string? Question, string? Label)
{
    public static NotePosting Read(JsonFields fields)
    {
        var kind = fields.RequiredString("kind");
        if (kind is not (NoteKinds.Question or NoteKinds.Answer or NoteKinds.Comment or NoteKinds.Progress or NoteKinds.Withdraw))
        {
            throw Invalid(
                $"'kind' has to be {NoteKinds.Question}, {NoteKinds.Answer}, {NoteKinds.Comment}, {NoteKinds.Progress} or {NoteKinds.Withdraw}.");
        }

        var percent = fields.OptionalInt32("percent", 0, 100, ErrorCodes.InvalidField);
        if (percent is not null && kind != NoteKinds.Progress)
        {
            throw Invalid($"'percent' belongs to {NoteKinds.Progress} only.");
        }

        var question = fields.OptionalString("question");
        if (question is not null && kind is not (NoteKinds.Answer or NoteKinds.Withdraw))
        {
            throw Invalid($"'question' is the id of the question that an {NoteKinds.Answer} answers; the text of a question is 'text'.");
        }

        return new(kind, ReadText(fields, kind, percent), percent, question, fields.OptionalName("actor_label"));
    }

    private static string? ReadText(JsonFields fields, string kind, int? percent)
    {
        if (kind == NoteKinds.Withdraw || (percent is not null && (!fields.Has("text") || fields.IsNull("text"))))
        {
            return kind == NoteKinds.Withdraw && fields.OptionalString("text") is not null
                ? throw Invalid($"'{NoteKinds.Withdraw}' takes no 'text'; add a {NoteKinds.Comment} to say why.")
                : null;
        }

        return JsonFields.BoundedInJson("text", fields.RequiredString("text"), TaskLimits.MaxNoteBytes);
    }

    private static ApiException Invalid(string message) => new(422, ErrorCodes.InvalidField, message);
}
