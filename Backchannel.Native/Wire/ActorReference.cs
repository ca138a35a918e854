namespace Backchannel.Native.Wire;

/// <summary>An actor as messages name it.</summary>
/// <param name="Id">UUID. An actor is found by id, then alias, then name; an alias of another actor can hide a name, but not an id.</param>
/// <param name="Name">Chosen by the actor's owner.</param>
internal sealed record ActorReference(string Id, string Name);
