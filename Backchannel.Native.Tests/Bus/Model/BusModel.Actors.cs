using System.Text.Json.Nodes;

namespace Backchannel.Native.Tests.Bus.Model;

/// <content>Actors.</content>
internal sealed partial class BusModel
{
    private Expected CreateActor(ModelCall call)
    {
        var name = call.Required("name");
        var description = call.Optional("description") ?? "";
        var metadata = call.Object("metadata") ?? [];
        return new(201, answer =>
        {
            var actor = new ModelActor
            {
                Id = NewId(answer), Owner = call.Key.Label, KeyId = call.Key.Id, Name = name, Description = description, Metadata = metadata, CreatedAt = Now,
            };
            actors.Add(actor);
            return View(actor);
        });
    }

    private Expected AddActorAlias(ModelCall call, string reference)
    {
        var alias = call.Required("alias");
        var actor = FindActor(reference) ?? throw new ModelRefusal(404, "actor_not_found");
        if (actors.Exists(other => other.Aliases.Contains(alias)))
        {
            throw new ModelRefusal(409, "alias_conflict");
        }

        return new(201, _ =>
        {
            actor.Aliases.Add(alias);
            return View(actor);
        });
    }

    private ModelActor? FindActor(string reference) =>
        actors.Find(actor => actor.Id == reference) ?? actors.Find(actor => actor.Aliases.Contains(reference));

    /// <summary>Who claims, releases or acknowledges: by id, alias, then name among the owner's; else one is made, by what is returned.</summary>
    /// <remarks>A stranger's alias stands neither for the key's label nor for a name that the owner uses.</remarks>
    private (ModelActor? Known, Func<ModelActor> Make) Acting(ModelKey key, string? reference)
    {
        var name = reference ?? key.Label;
        var named = actors.Find(actor => actor.Owner == key.Label && actor.Name == name);
        var found = reference is null ? null : FindActor(reference);
        if (found is not null && found.Owner != key.Label)
        {
            found = found.Id != reference && (named is not null || reference == key.Label) ? named : throw new ModelRefusal(403, "actor_forbidden");
        }

        var known = found ?? named;
        return (known, () =>
        {
            if (known is null)
            {
                known = new ModelActor { Owner = key.Label, KeyId = key.Id, Name = name, CreatedAt = Now };
                actors.Add(known);
            }

            return known;
        });
    }

    private static JsonObject View(ModelActor actor) => new()
    {
        ["id"] = actor.Id,
        ["owner_id"] = actor.Owner,
        ["created_by_key_id"] = actor.KeyId,
        ["name"] = actor.Name,
        ["description"] = actor.Description,
        ["metadata"] = actor.Metadata.DeepClone(),
        ["aliases"] = Strings(actor.Aliases),
        ["created_at"] = Text(actor.CreatedAt),
        ["updated_at"] = Text(actor.CreatedAt),
    };

    private static JsonObject? Reference(ModelActor? actor) => actor is null ? null : new() { ["id"] = actor.Id, ["name"] = actor.Name };
}
