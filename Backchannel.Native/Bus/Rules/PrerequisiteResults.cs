using System.Text;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>What a worker gets to know of the tasks on which its own depends.</summary>
internal static class PrerequisiteResults
{
    /// <summary>For all results of one task, in bytes of content and metadata.</summary>
    private const int MostBytes = 50_000;

    /// <returns>Null: the task depends on none.</returns>
    public static IReadOnlyList<PrerequisiteResult>? Of(StorageSession storage, MessageRecord task, long now)
    {
        if (!task.Named.HasFlag(PostOptions.DependsOn))
        {
            return null;
        }

        // Whoever posts a task hands on what it can read itself, and nothing that was closed to it since.
        var poster = task.PostedByKeyId is { } keyId && storage.Keys.Find(keyId) is { Active: true } key ? key : null;
        var left = MostBytes;
        var results = new List<PrerequisiteResult>();
        foreach (var prerequisite in storage.Dependencies.List(task.CreatedAt))
        {
            results.Add(Read(storage, poster, prerequisite.Id, prerequisite.IsMet, now, ref left));
        }

        return results;
    }

    private static PrerequisiteResult Read(StorageSession storage, ApiKeyRecord? poster, string id, bool isMet, long now, ref int left)
    {
        var message = storage.Messages.Find(id);
        var archived = message is null && storage.Archive.FindEnd(id) is { IsRetracted: false } end ? end : null;
        if ((message?.Channel ?? archived?.Channel) is not { } number || storage.Channels.FindByNumber(number) is not { } channel)
        {
            return isMet ? new(id) : new(id, State: TaskStates.Expired);
        }

        if (poster is null || !storage.MayUse(poster, channel))
        {
            return new(id, Withheld: true);
        }

        if (!isMet && message?.Acked is not true && archived?.State != StoredState.Acknowledged)
        {
            return new(id, State: message is null ? TaskStates.Expired : TaskPhases.Of(message, now).ToWire());
        }

        if (FirstAcknowledger(storage, message, archived) is not { } worker || ResultChannels.Find(storage, id, worker, now) is not var (result, results))
        {
            return new(id);
        }

        if (!storage.MayUse(poster, results))
        {
            return new(id, Withheld: true);
        }

        var bytes = JsonFields.SizeInJson(result.Content) + Encoding.UTF8.GetByteCount(result.Metadata ?? "");
        if (bytes > left)
        {
            return new(id, LeftOut: true);
        }

        left -= bytes;
        return new(id, result.ToWire(storage, results.Id, now));
    }

    /// <returns>The id of the actor; null: it is not known any more.</returns>
    private static string? FirstAcknowledger(StorageSession storage, MessageRecord? message, ArchivedEnd? archived) => (message, archived) switch
    {
        ({ } stored, _) => storage.Acks.List(stored.CreatedAt) is [var first, ..] ? first.Id : null,
        (_, { } end) => storage.Tasks.Find(end.CreatedAt)?.EndedBy?.Id,
        _ => null,
    };
}
