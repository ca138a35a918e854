using System.Text.Json;
using System.Text.Json.Nodes;

namespace Backchannel.Native.Tests.Bus.Model;

/// <content>The verbs under <c>/v1/tasks</c>.</content>
internal sealed partial class BusModel
{
    private readonly Queue<Func<(Operation Read, Expected Expected)>> unseen = [];

    /// <summary>A read of what the last answer made without showing it, and what it has to answer; null when there is none.</summary>
    public (Operation Read, Expected Expected)? NextUnseen() => unseen.TryDequeue(out var next) ? next() : null;

    private (Operation Read, Expected Expected) ShowChannel(ModelChannel channel)
    {
        var read = new Operation(0, channel.Creator.Raw, "GET", $"/v1/channels/{(channel.Id.Length > 0 ? channel.Id : channel.Name)}");
        return (read, new(200, answer =>
        {
            channel.Id = NewId(answer);
            channel.CreatedAt = channel.UpdatedAt = Time(answer.GetProperty("created_at").GetString()!)!.Value;
            channel.Members[0] = channel.Members[0] with { GrantedAt = channel.CreatedAt };
            return View(channel);
        }));
    }

    private Expected PostTask(ModelCall call)
    {
        var (name, draft) = ReadTask(call);
        return new(201, answer =>
        {
            var (channel, message) = StoreTask(call.Key, name, draft, answer);
            return new JsonObject { ["message"] = View(channel, message), ["channel"] = channel.Id, ["next_cursor"] = Text(message.CreatedAt) };
        });
    }

    private Expected PostWithResult(ModelCall call)
    {
        var (name, draft) = ReadTask(call);
        return new(201, answer =>
        {
            var (channel, message) = StoreTask(call.Key, name, draft, answer);
            var results = Made(call.Key, $"result-of-{message.Id}", "broadcast");
            results.Aliases.Add(results.Name);
            return new JsonObject
            {
                ["message"] = View(channel, message),
                ["channel"] = channel.Id,
                ["result_channel"] = results.Name,
                ["result_url"] = $"/v1/tasks/{message.Id}/result",
            };
        });
    }

    private static (string Name, Draft Draft) ReadTask(ModelCall call) =>
        (call.Required("channel"), ReadDraft(call, ModelCall.NonBlank(call.Body["content"])));

    private (ModelChannel Channel, ModelMessage Message) StoreTask(ModelKey key, string name, Draft draft, JsonElement answer)
    {
        var channel = Made(key, name, "claimable", answer.GetProperty("channel").GetString()!);
        return (channel, Store(key, channel, draft, answer.GetProperty("message")));
    }

    /// <summary>A channel that a task verb makes without showing it.</summary>
    private ModelChannel Made(ModelKey key, string name, string mode, string? id = null)
    {
        var channel = AddChannel(default, new ModelChannel { Id = id ?? "", Creator = key, Name = name, Mode = mode, CreatedAt = Now, UpdatedAt = Now });
        unseen.Enqueue(() => ShowChannel(channel));
        return channel;
    }

    private Expected Broadcast(ModelCall call)
    {
        var reference = call.Required("channel");
        var draft = ReadDraft(call, ModelCall.NonBlank(call.Body["content"]));
        var channel = Accessible(call.Key, reference);
        RequireRoom(channel);
        RequireSchema(channel, draft.Metadata);
        return new(201, answer =>
        {
            var message = Store(call.Key, channel, draft, answer.GetProperty("message"));
            return new JsonObject { ["message"] = View(channel, message), ["next_cursor"] = Text(message.CreatedAt) };
        });
    }

    private Expected ClaimTask(ModelCall call)
    {
        var channel = Accessible(call.Key, call.Required("channel"));
        var message = channel.Messages
            .Where(free => free.Claim is null && free.Task.State == ModelState.Normal && !IsExpired(free))
            .OrderByDescending(free => free.Task.Priority)
            .FirstOrDefault();
        if (channel.Mode != "claimable" || message is null)
        {
            return Expected.Of(200, new JsonObject { ["claimed"] = null, ["note"] = Expected.Any });
        }

        var session = Session(call);
        var actor = Acting(call.Key, call.Optional("actor"));
        return Delivered(message, answer =>
        {
            Take(call.Key, message, actor.Make(), session, null, null, answer.GetProperty("claimed"));
            return new JsonObject { ["claimed"] = View(channel, message) };
        });
    }

    private Expected Subscribe(ModelCall call)
    {
        var reference = call.Required("channel");
        var limit = call.Integer("limit", 1, 100) ?? 50;
        var since = call.Optional("since");
        return Expected.Of(200, Page(Accessible(call.Key, reference), _ => true, since, limit));
    }

    private Expected ClaimAndAck(ModelCall call)
    {
        var id = call.Required("message_id");
        var (session, name, metadata) = (Session(call), call.Optional("actor"), call.Object("metadata") ?? []);
        var (channel, message) = Living(call.Key, id, claimable: true);
        if (session.Named is not null)
        {
            RequireUndone(message);
        }

        if (message.Claim is not null)
        {
            RequireEnding(call.Key, channel, message, session.Named, name);
        }

        var actor = Acting(call.Key, name);
        var holds = message.Claim is { } held && held.Actor == actor.Known;
        if (!holds)
        {
            RequireFree(message);
        }

        return new(200, answer =>
        {
            var shown = answer.GetProperty("message");
            Saw(session.Named);
            if (!holds)
            {
                EndRunOut(message);
                Take(call.Key, message, actor.Make(), session, null, null, shown);
            }

            AddAck(message, actor.Make(), metadata, shown);
            return Outcome("claimed_and_acked", channel, message);
        });
    }

    private Expected CreateSessionChannel(ModelCall call)
    {
        var name = call.Body.ContainsKey("name") ? call.Required("name") : "session";
        var description = call.Optional("description") ?? "";
        return new(201, answer =>
        {
            var channel = AddChannel(default, new ModelChannel
            {
                Id = NewId(answer.GetProperty("channel")),
                Creator = call.Key,
                Name = name,
                Mode = "claimable",
                Access = "restricted",
                Discoverable = false,
                Description = description,
                CreatedAt = NewTime(answer.GetProperty("channel")),
                UpdatedAt = lastCreated,
            });
            var invitation = AddInvitation(call.Key, channel, NewId(answer.GetProperty("invitation")));
            return new JsonObject { ["channel"] = View(channel), ["invitation"] = View(invitation) };
        });
    }

    private Expected PublishResult(ModelCall call, string task)
    {
        var draft = ReadDraft(call, ModelCall.NonBlank(call.Body["content"]));
        var channel = Accessible(call.Key, $"result-of-{task}");
        RequireRoom(channel);
        draft.Metadata["task_id"] = task;
        return new(201, answer => new JsonObject
        {
            ["result_channel"] = $"result-of-{task}",
            ["message"] = View(channel, Store(call.Key, channel, draft, answer.GetProperty("message"))),
        });
    }

    private Expected ShowResult(ModelKey key, string task)
    {
        var channel = Find(key, $"result-of-{task}");
        var worker = Stored().FirstOrDefault(message => message.Id == task)?.Acks.FirstOrDefault()?.Actor;
        var result = channel?.Messages.Find(message => worker is not null && message.Actor?.Id == worker.Id && !IsExpired(message))
            ?? channel?.Messages.Find(message => !IsExpired(message))
            ?? throw new ModelRefusal(404, "result_not_ready");
        return Expected.Of(200, new JsonObject { ["task_id"] = task, ["result"] = View(channel, result) });
    }
}
