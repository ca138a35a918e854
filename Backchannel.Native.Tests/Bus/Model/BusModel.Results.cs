using System.Text;
using System.Text.Json.Nodes;

namespace Backchannel.Native.Tests.Bus.Model;

/// <content>Results that come with an ack.</content>
internal sealed partial class BusModel
{
    /// <summary>A result was published where no key of the sequence can read it: nothing more can be said about ids.</summary>
    public bool IsBlind { get; private set; }

    private static string? Result(ModelCall call)
    {
        if (call.Body["result"] is not { } given)
        {
            return null;
        }

        var result = ModelCall.NonBlank(given);
        return Encoding.UTF8.GetByteCount(result) is > MaxContentBytes and var bytes
            ? throw new ModelRefusal(422, "content_too_large", new JsonObject { ["max_content_bytes"] = MaxContentBytes, ["received_bytes"] = bytes })
            : result;
    }

    /// <summary>An ack of what is acknowledged: a repetition changes nothing; a result may come later from who acknowledged without one.</summary>
    /// <returns>Who sends the result that is published now; null where nothing is.</returns>
    private ModelActor? RequireRepetition(ModelKey key, ModelMessage message, string? name, JsonObject metadata, string? result)
    {
        if (result is null)
        {
            if (metadata.Count > 0 && !JsonNode.DeepEquals(metadata, message.Acks[0].Metadata))
            {
                RequireUndone(message);
            }

            return null;
        }

        var first = ByIdOrAlias($"result-of-{message.Id}")?.Messages.Find(other => other.Actor == message.Acks[0].Actor && !IsExpired(other));
        if (first is not null)
        {
            if (first.Content != result || !JsonNode.DeepEquals(first.Metadata, metadata))
            {
                RequireUndone(message);
            }

            return null;
        }

        var actor = Acting(key, name).Known;
        if (!message.Acks.Exists(ack => ack.Actor == actor))
        {
            RequireUndone(message);
        }

        return actor;
    }

    /// <summary>Posts the result to the task's channel of results, which is made where there is none or a stranger's.</summary>
    private string Publish(ModelKey key, ModelChannel lane, ModelMessage task, ModelActor actor, string result, JsonObject metadata, bool isFirst)
    {
        var name = $"result-of-{task.Id}";
        var named = ByIdOrAlias(name);
        var found = named is not null
            && (named.Creator == key || named.Creator == lane.Creator || (named.Access == "open" && task.Acks.Exists(ack => ack.Actor.Owner == named.Creator.Label)))
            ? named
            : null;
        if (found is null)
        {
            named?.Aliases.Remove(name);
            found = Made(key, name, "broadcast");
            found.Discoverable = false;
            found.Aliases.Add(name);
            isFirst = true;
        }

        if (isFirst)
        {
            var message = new ModelMessage
            {
                Id = "",
                Actor = actor,
                Label = actor.Name,
                Content = result,
                Metadata = metadata.DeepClone().AsObject(),
                Mentions = [],
                CreatedAt = Now,
                ExpiresAt = Now,
                Task = new() { PosterKeyId = key.Id },
            };
            found.Messages.Add(message);
            if (Readers(found).FirstOrDefault() is { } reader)
            {
                unseen.Enqueue(() => ShowNewest(reader, found, message));
            }
            else
            {
                IsBlind = true;
            }
        }

        return name;
    }

    private IEnumerable<ModelKey> Readers(ModelChannel channel) =>
        keys.Where(key => key.Active && (channel.Access == "open" || channel.Creator == key || channel.IsMember(key.Id)));

    private (Operation Read, Expected Expected) ShowNewest(ModelKey reader, ModelChannel channel, ModelMessage message)
    {
        var read = new Operation(0, reader.Raw, "POST", "/v1/tasks/subscribe", $$"""{"channel":"{{channel.Id}}","limit":100}""");
        return (read, new(200, answer =>
        {
            var shown = answer.GetProperty("data").EnumerateArray().Last();
            message.Id = NewId(shown);
            message.CreatedAt = NewTime(shown);
            message.ExpiresAt = Real(lastCreated).AddSeconds(channel.Ttl);
            return Page(channel, _ => true, null, 100);
        }));
    }
}
