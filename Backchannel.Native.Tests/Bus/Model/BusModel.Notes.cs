using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Backchannel.Native.Tests.Bus.Model;

/// <content>What holder and poster tell each other.</content>
internal sealed partial class BusModel
{
    private const int MaxNoteBytes = 4_000;

    private Expected Note(ModelCall call, string id)
    {
        var kind = call.Required("kind");
        var percent = call.Integer("percent", 0, 100, "invalid_field");
        var question = call.Optional("question");
        if (kind is not ("question" or "answer" or "comment" or "progress" or "withdraw")
            || (percent is not null && kind != "progress") || (question is not null && kind is not ("answer" or "withdraw")))
        {
            throw new ModelRefusal(422, "invalid_field");
        }

        var text = NoteText(call, kind, percent);
        var label = call.Optional("actor_label");
        var (session, name, _) = (Session(call).Named, call.Optional("actor"), call.Object("metadata"));
        var (channel, message) = Living(call.Key, id, claimable: true);
        if (Phase(message) is "acknowledged" or "failed" or "cancelled")
        {
            throw Stands(message);
        }

        RequireAuthor(call.Key, channel, message, kind, session, name);
        var notes = message.Task.Notes;
        var about = kind is "answer" or "withdraw" ? RequireOpen(notes, question) : null;
        if (kind == "question" && notes.Find(IsOpen) is { } open)
        {
            throw new ModelRefusal(409, "question_open", new JsonObject { ["question"] = open.Id, ["question_text"] = open.Text });
        }

        var isHolders = kind is "progress" or "question" || (kind == "comment" && session is not null && message.Claim?.Session == session);
        var actor = isHolders || name is null || kind == "withdraw" ? ((ModelActor? Known, Func<ModelActor> Make)?)null : Acting(call.Key, name);
        return new(201, answer =>
        {
            message.Version++;
            if (kind == "withdraw")
            {
                about!.Closed = "withdrawn";
                return Noted(channel, message, about);
            }

            var by = isHolders ? message.Claim!.Actor.Name : actor?.Make().Name ?? label ?? call.Key.Label;
            if (kind == "progress")
            {
                var shown = answer.GetProperty("task").GetProperty("progress");
                message.Task.Progress = new JsonObject { ["at"] = Text(NewTime(shown, "at")), ["by"] = by };
                if (text is not null)
                {
                    message.Task.Progress["text"] = text;
                }

                if (percent is not null)
                {
                    message.Task.Progress["percent"] = percent;
                }

                return Noted(channel, message, null);
            }

            var note = new ModelNote(NewId(answer.GetProperty("note")), kind, text!, by, NewTime(answer.GetProperty("note"), "at"), about);
            notes.Add(note);
            if (about is not null)
            {
                about.Closed = "answered";
                message.Version++;
            }

            return Noted(channel, message, note);
        });
    }

    private static string? NoteText(ModelCall call, string kind, int? percent)
    {
        if (kind == "withdraw" || (percent is not null && call.Body["text"] is null))
        {
            return kind == "withdraw" && call.Optional("text") is not null ? throw new ModelRefusal(422, "invalid_field") : null;
        }

        var text = call.Required("text");
        return JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.Length is > MaxNoteBytes and var bytes
            ? throw new ModelRefusal(422, "content_too_large", new JsonObject { ["max_content_bytes"] = MaxNoteBytes, ["received_bytes"] = bytes })
            : text;
    }

    private void RequireAuthor(ModelKey key, ModelChannel channel, ModelMessage message, string kind, string? session, string? actor)
    {
        var (isCreator, isPoster) = (channel.Creator == key, message.Task.PosterKeyId == key.Id);
        if ((kind == "answer" && (isPoster || isCreator)) || (kind == "comment" && isPoster))
        {
            return;
        }

        if (kind == "answer" || (kind == "comment" && message.Claim?.KeyId != key.Id))
        {
            throw new ModelRefusal(403, "forbidden");
        }

        if (session is not null)
        {
            RequireHold(key, message, session, actor);
        }
        else if (message.Claim is null || HasRunOut(message))
        {
            throw new ModelRefusal(409, "not_claimed");
        }
        else if (IsProtected(message) || Acting(key, actor).Known != message.Claim.Actor)
        {
            throw Held(message);
        }
    }

    private static ModelNote RequireOpen(List<ModelNote> notes, string? id)
    {
        var question = notes.FindLast(note => note.Kind == "question" && (id is null || note.Id == id)) ?? throw new ModelRefusal(422, "invalid_field");
        if (question.Closed is null)
        {
            return question;
        }

        var extras = new JsonObject { ["question"] = question.Id, ["closed"] = question.Closed };
        if (notes.Find(note => note.Question == question) is { } answer)
        {
            extras["answer"] = answer.Text;
            extras["answered_by"] = answer.By;
            extras["answered_at"] = Text(answer.At);
        }

        if (notes.Find(IsOpen) is { } open)
        {
            (extras["open_question"], extras["open_question_text"]) = (open.Id, open.Text);
        }

        throw new ModelRefusal(409, "question_closed", extras);
    }

    /// <summary>The attempt of who asked has ended.</summary>
    private static void CloseQuestion(ModelMessage message)
    {
        if (message.Task.Notes.Find(IsOpen) is { } open)
        {
            open.Closed = "attempt_ended";
        }
    }

    private static bool IsOpen(ModelNote note) => note is { Kind: "question", Closed: null };

    private JsonObject Noted(ModelChannel channel, ModelMessage message, ModelNote? note)
    {
        var outcome = new JsonObject { ["task"] = TaskView(channel, message) };
        if (note is not null)
        {
            outcome["note"] = View(note);
        }

        return outcome;
    }

    private static JsonObject View(ModelNote note)
    {
        var view = new JsonObject { ["id"] = note.Id, ["kind"] = note.Kind, ["text"] = note.Text, ["by"] = note.By, ["at"] = Text(note.At) };
        if (note.Question is { } question)
        {
            view["question"] = question.Id;
        }

        if (note.Closed is { } closed)
        {
            view["closed"] = closed;
        }

        return view;
    }

    /// <summary>Of a wait that does not wait: the tasks that changed since a version.</summary>
    private Expected Wait(ModelCall call)
    {
        var changes = new JsonArray();
        foreach (var asked in call.Body["tasks"]!.AsArray().DistinctBy(task => task!["id"]!.GetValue<string>()))
        {
            var id = asked!["id"]!.GetValue<string>();
            try
            {
                var (channel, message) = Living(call.Key, id, claimable: false, tellsEnd: true);
                if (asked["version"] is not { } seenVersion || message.Version > seenVersion.GetValue<int>())
                {
                    changes.Add(State(channel, message));
                }
            }
            catch (ModelRefusal refusal)
            {
                var change = refusal.ToExpected().Body(default)!.DeepClone().AsObject();
                change["id"] = id;
                change["message"] = Expected.Any;
                changes.Add(change);
            }
        }

        return Expected.Of(200, new JsonObject { ["tasks"] = changes });
    }

    /// <summary>What the key holds, what it posted as tasks, and their channels.</summary>
    private Expected Mine(ModelCall call)
    {
        var session = Session(call).Named;
        var own = channels.Where(channel => channel.Mode == "claimable" && Readers(channel).Contains(call.Key))
            .SelectMany(channel => channel.Messages.Where(message => !IsExpired(message)).Select(message => (Channel: channel, Message: message)))
            .OrderByDescending(task => task.Message.CreatedAt)
            .ToList();
        var held = own
            .Where(task => task.Message is { Claim: { } claim, Acks.Count: 0 } && claim.KeyId == call.Key.Id && !HasRunOut(task.Message))
            .OrderBy(task => Rank(task.Message)).ThenByDescending(task => task.Message.Claim!.At)
            .ToList();
        var posted = own
            .Where(task => task.Message.Task.IsTask && task.Message.Task.PosterKeyId == call.Key.Id)
            .OrderBy(task => task.Message.Task.Notes.Exists(IsOpen) ? 0 : Phase(task.Message) switch { "failed" => 1, "acknowledged" or "cancelled" => 3, _ => 2 })
            .ToList();
        return new(200, answer => new JsonObject
        {
            ["held"] = new JsonArray([.. held.Select(task => ShownTask(task, ((string[])["own", "gone", "living"])[Rank(task.Message)]))]),
            ["posted"] = new JsonArray([.. posted.Select(task => ShownTask(task, null))]),
            ["lanes"] = new JsonArray([.. held.Concat(posted).Select(task => task.Channel).Distinct()
                .Select((channel, index) => Shown(channel, answer.GetProperty("lanes")[index]))]),
        });

        // Who works on a channel has tests of its own.
        static JsonObject Shown(ModelChannel channel, JsonElement lane)
        {
            var shown = new JsonObject { ["channel"] = channel.Id, ["name"] = channel.Name };
            if (lane.TryGetProperty("workers", out var workers))
            {
                shown["workers"] = JsonNode.Parse(workers.GetRawText());
            }

            return shown;
        }

        int Rank(ModelMessage message) =>
            message.Claim!.Session is not { } holder ? 2
            : holder.Length > 0 && holder == session ? 0
            : holder.Length > 0 && seen.GetValueOrDefault(holder, startedAt).AddSeconds(10) > clock.Passing ? 2
            : 1;

        JsonObject ShownTask((ModelChannel Channel, ModelMessage Message) task, string? word)
        {
            var view = TaskView(task.Channel, task.Message);
            if (view["notes"] is JsonArray { Count: > 3 } notes)
            {
                var open = task.Message.Task.Notes.Find(IsOpen);
                var last = notes.TakeLast(3).Select(note => note!.DeepClone()).ToList();
                var shownNotes = new JsonArray(
                    open is null || last.Exists(note => note["id"]!.GetValue<string>() == open.Id) ? [.. last] : [View(open), .. last]);
                view["notes_left_out"] = notes.Count - shownNotes.Count;
                view["notes"] = shownNotes;
            }

            if (view["attempts"] is JsonArray { Count: > 3 } attempts)
            {
                view["attempts_left_out"] = attempts.Count - 3;
                view["attempts"] = new JsonArray([.. attempts.TakeLast(3).Select(attempt => attempt!.DeepClone())]);
            }

            var shown = new JsonObject { ["message"] = View(task.Channel, task.Message), ["task"] = view };
            if (word is not null)
            {
                shown["session"] = word;
            }

            return shown;
        }
    }
}
