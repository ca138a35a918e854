using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>Who may note what on a task. Progress and questions are the holder's; answers the poster's and the channel's creator's; comments both sides'.</summary>
/// <remarks>A question is open until it is answered or taken back, or until the attempt of the worker that asked ends. One is open at a time.</remarks>
internal sealed class TaskNotes(HolderRules holders)
{
    /// <summary>Stores a note and wakes those who wait for the task.</summary>
    /// <returns>The note; of a withdrawal, the question.</returns>
    public NoteRecord Add(WriteContext context, ApiKeyRecord key, MessageRecord message, ChannelRecord channel, ClaimFields fields, NotePosting posting)
    {
        RequireUnfinished(context, message);
        RequireAuthor(context, key, message, channel, fields, posting.Kind);
        var notes = context.Storage.Notes.List(message.CreatedAt);
        var stored = posting.Kind switch
        {
            NoteKinds.Progress => Progress(),
            NoteKinds.Withdraw => Close(context, RequireOpen(notes, posting.Question), QuestionEnds.Withdrawn),
            NoteKinds.Question when notes.FirstOrDefault(IsOpenQuestion) is { } open => throw QuestionOpen(open),
            NoteKinds.Answer => Answer(),
            _ => Counted(null),
        };
        context.MessageChanged(message.Channel, message.CreatedAt);
        if (posting.Kind is NoteKinds.Comment or NoteKinds.Answer && (fields.Session is null || fields.Session != message.HolderSession))
        {
            holders.TellHolder(context, message, StatusAnswer.TaskNoted);
        }

        if (posting.Kind == NoteKinds.Question)
        {
            TaskEvents.Happened(context, message, TaskEventNames.Question);
        }

        return stored;

        NoteRecord Progress()
        {
            var progress = Draft(context, key, message, fields, posting, null);
            context.Storage.Notes.ReplaceProgress(progress);
            return progress;
        }

        NoteRecord Answer()
        {
            var question = RequireOpen(notes, posting.Question);
            var answer = Counted(question);
            Close(context, question, QuestionEnds.Answered);
            return answer;
        }

        NoteRecord Counted(NoteRecord? question)
        {
            // A question is taken only with room for its answer, which then finds its place.
            var reserved = posting.Kind == NoteKinds.Question || notes.Any(IsOpenQuestion) ? 1 : 0;
            if (posting.Kind != NoteKinds.Answer && notes.Count(note => note.Kind != NoteKinds.Progress) + reserved >= TaskLimits.MaxNotes)
            {
                throw new ApiException(
                    409,
                    ErrorCodes.TooManyNotes,
                    $"This task has {TaskLimits.MaxNotes} notes, which is the most. Progress can still be reported; post what else there is as a message.");
            }

            var note = Draft(context, key, message, fields, posting, question);
            context.Storage.Notes.Add(note);
            return note;
        }
    }

    /// <summary>Closes the open question of a task, because the attempt of the worker that asked has ended. The caller counts the version and wakes.</summary>
    public static void CloseQuestion(WriteContext context, long message) =>
        context.Storage.Notes.CloseOpen(message, QuestionEnds.AttemptEnded, context.Now);

    /// <summary>The newest progress of a task and its notes, the oldest first; null for none.</summary>
    public static (TaskProgress? Progress, IReadOnlyList<TaskNote>? Notes) View(StorageSession storage, long message)
    {
        var all = storage.Notes.List(message);
        if (all.Count == 0)
        {
            return (null, null);
        }

        var progress = all.FirstOrDefault(note => note.Kind == NoteKinds.Progress);
        var notes = all.Where(note => note.Kind != NoteKinds.Progress).Select(note => ToWire(note, all)).ToList();
        return (
            progress is null ? null : new(Instant.ToText(progress.CreatedAt), progress.By, progress.Text, progress.Percent),
            notes.Count == 0 ? null : notes);
    }

    /// <summary>A note as clients see it; null for progress, which is no entry of a list.</summary>
    public static TaskNote? ToWire(StorageSession storage, NoteRecord note) =>
        note.Kind == NoteKinds.Progress
            ? null
            : storage.Notes.List(note.Message) is var all ? ToWire(all.First(other => other.CreatedAt == note.CreatedAt), all) : null;

    private static TaskNote ToWire(NoteRecord note, IReadOnlyList<NoteRecord> all) => new(
        note.Id,
        note.Kind,
        note.Text ?? "",
        note.By,
        Instant.ToText(note.CreatedAt),
        note.Question is { } number ? all.FirstOrDefault(other => other.CreatedAt == number)?.Id : null,
        note.Closed);

    /// <summary>A final task changes no more.</summary>
    private static void RequireUnfinished(WriteContext context, MessageRecord message)
    {
        if (TaskPhases.Of(message, context.Now) is TaskPhase.Acknowledged or TaskPhase.Failed or TaskPhase.Cancelled)
        {
            throw TaskRules.Stands(context.Storage, message, context.Now);
        }
    }

    private void RequireAuthor(
        WriteContext context, ApiKeyRecord key, MessageRecord message, ChannelRecord channel, ClaimFields fields, string kind)
    {
        var isCreator = channel.CreatedByKeyId == key.KeyId;
        var isPoster = message.PostedByKeyId is { } poster ? poster == key.KeyId : isCreator;
        switch (kind)
        {
            case NoteKinds.Answer when !isPoster && !isCreator:
                throw new ApiException(403, ErrorCodes.Forbidden, "Only the key that posted this task, and the one that created its channel, may answer.");
            case NoteKinds.Answer:
            case NoteKinds.Comment when isPoster:
                break;
            case NoteKinds.Comment when message.ClaimedByKeyId != key.KeyId:
                throw new ApiException(403, ErrorCodes.Forbidden, "Only the holder of this task and the key that posted it may note on it.");
            default:
                holders.RequireHolder(context, key, message, fields);
                break;
        }
    }

    private static NoteRecord Draft(
        WriteContext context, ApiKeyRecord key, MessageRecord message, ClaimFields fields, NotePosting posting, NoteRecord? question)
    {
        // A process that may note as the holder is named by the claim, whatever it calls itself.
        var isHolders = posting.Kind is NoteKinds.Progress or NoteKinds.Question
            || (posting.Kind == NoteKinds.Comment && fields.Session is not null && message.HolderSession == fields.Session);
        var (actor, name) = isHolders
            ? (message.HolderNumber, message.Holder?.Name)
            : fields.Actor is null ? (null, null) : Named(ActingActor.Find(context.Storage, key, fields.Actor).GetOrCreate(context, key));
        return new NoteRecord
        {
            CreatedAt = context.NextUniqueTime(),
            Salt = BusId.NewSalt(),
            Message = message.CreatedAt,
            Kind = posting.Kind,
            Text = posting.Text,
            Percent = posting.Percent,
            Actor = actor,
            By = name ?? posting.Label ?? key.OwnerId,
            KeyId = key.KeyId,
            Question = question?.CreatedAt,
        };

        static (long? Number, string? Name) Named(ActorRecord actor) => (actor.Number, actor.Name);
    }

    private static NoteRecord Close(WriteContext context, NoteRecord question, string how)
    {
        context.Storage.Notes.Close(question, how, context.Now);
        return question with { Closed = how };
    }

    private static bool IsOpenQuestion(NoteRecord note) => note.Kind == NoteKinds.Question && note.Closed is null;

    /// <param name="id">Null: the newest question.</param>
    private static NoteRecord RequireOpen(IReadOnlyList<NoteRecord> notes, string? id)
    {
        var question = notes.LastOrDefault(note => note.Kind == NoteKinds.Question && (id is null || note.Id == id))
            ?? throw new ApiException(
                422, ErrorCodes.InvalidField, id is null ? "Nobody has asked a question on this task." : "'question' is not the id of a question on this task.");
        return question.Closed is null ? question : throw QuestionClosed(question, notes);
    }

    private static ApiException QuestionOpen(NoteRecord open) =>
        new(409, ErrorCodes.QuestionOpen, "A question on this task is open. Wait for its answer, or withdraw it before asking another one.")
        {
            Extras = [new("question", open.Id), new("question_text", open.Text ?? "")],
        };

    private static ApiException QuestionClosed(NoteRecord question, IReadOnlyList<NoteRecord> notes)
    {
        var answer = notes.FirstOrDefault(note => note.Kind == NoteKinds.Answer && note.Question == question.CreatedAt);
        var open = notes.FirstOrDefault(IsOpenQuestion);
        var next = open is null ? "" : " Another question is open: name its id to answer that.";
        return new(409, ErrorCodes.QuestionClosed, next.Insert(0, question.Closed switch
        {
            QuestionEnds.Answered => "This question is answered: the first answer stands, and nothing of this request was kept.",
            QuestionEnds.Withdrawn => "This question was withdrawn: the worker needs no answer any more.",
            _ => "The worker that asked this no longer has the task, so the question is closed.",
        }))
        {
            Extras =
            [
                new("question", question.Id),
                new("closed", question.Closed ?? ""),
                .. answer is null
                    ? Array.Empty<KeyValuePair<string, object>>()
                    : [new("answer", answer.Text ?? ""), new("answered_by", answer.By), new("answered_at", Instant.ToText(answer.CreatedAt))],
                .. open is null
                    ? Array.Empty<KeyValuePair<string, object>>()
                    : [new("open_question", open.Id), new("open_question_text", open.Text ?? "")],
            ],
        };
    }
}
