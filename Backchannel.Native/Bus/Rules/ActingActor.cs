using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Bus.Rules;

/// <summary>The actor that claims, releases or acknowledges.</summary>
/// <param name="Known">The actor, if it exists already.</param>
/// <param name="Name">The name to create it with otherwise.</param>
/// <remarks>
/// Looked up by id, then by alias, then by name among the owner's actors. An unknown name creates an actor. An alias of another owner's
/// actor is ignored where it equals the key's own label or a name of the owner's actors.
/// </remarks>
internal readonly record struct ActingActor(ActorRecord? Known, string Name)
{
    /// <param name="reference">Id, alias or name; null for the key's label.</param>
    public static ActingActor Find(StorageSession storage, ApiKeyRecord key, string? reference)
    {
        if (reference is null)
        {
            return new(storage.Actors.FindByName(key.OwnerId, key.OwnerId), key.OwnerId);
        }

        if (storage.Actors.Find(reference) is not { } found)
        {
            return new(storage.Actors.FindByName(key.OwnerId, reference), reference);
        }

        if (found.OwnerId == key.OwnerId)
        {
            return new(found, reference);
        }

        var own = found.Id == reference ? null : storage.Actors.FindByName(key.OwnerId, reference);
        return own is not null || reference == key.OwnerId ? new(own, reference) : throw Refusal.ActorForbidden();
    }

    /// <summary>The actor of a request on a message. A session that names none speaks as the actor that it claimed the message for.</summary>
    public static ActingActor Find(StorageSession storage, ApiKeyRecord key, MessageRecord message, ClaimFields fields) => Find(
        storage,
        key,
        fields.Actor ?? (fields.Session is { } session && session == message.HolderSession && key.KeyId == message.ClaimedByKeyId ? message.Holder?.Id : null));

    public ActorRecord GetOrCreate(WriteContext context, ApiKeyRecord key) =>
        Known ?? context.Storage.Actors.Add(key.OwnerId, key.KeyId, Name, "", "{}", context.Now);
}
