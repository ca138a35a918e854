namespace Backchannel.Native.Bus.Storage;

/// <summary>An actor as it is stored.</summary>
internal sealed record ActorRecord(
    long Number,
    string Id,
    string OwnerId,
    string CreatedByKeyId,
    string Name,
    string Description,
    string Metadata,
    long CreatedAt,
    long UpdatedAt);
