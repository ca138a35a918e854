using System.Text.Json;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>What a post says about the life of its task.</summary>
/// <param name="DependsOn">Ids as they were given.</param>
internal sealed record TaskOptions(int? Priority, int? DelaySeconds, IReadOnlyList<string> DependsOn, int? MaxAttempts)
{
    /// <summary>Whether anything is named that only a task can have.</summary>
    public bool IsAny => Named != PostOptions.None;

    /// <summary>Id of the message that the post answers.</summary>
    public string? ReplyTo { get; init; }

    public PostOptions Named =>
        (Priority is null ? 0 : PostOptions.Priority)
        | (MaxAttempts is null ? 0 : PostOptions.MaxAttempts)
        | (DelaySeconds is null ? 0 : PostOptions.Delay)
        | (DependsOn.Count == 0 ? 0 : PostOptions.DependsOn);

    public static TaskOptions Read(JsonFields fields) => new(
        fields.OptionalInt32("priority", TaskLimits.MinPriority, TaskLimits.MaxPriority, ErrorCodes.InvalidField),
        fields.OptionalInt32("delay_seconds", 0, TaskLimits.MaxDelaySeconds, ErrorCodes.InvalidDelay),
        ReadDependencies(fields),
        fields.OptionalInt32("max_attempts", 1, TaskLimits.MaxAttempts, ErrorCodes.InvalidField))
    {
        ReplyTo = fields.OptionalString("reply_to"),
    };

    /// <summary>Looks the prerequisites up.</summary>
    /// <exception cref="ApiException">One is no task that the key may read.</exception>
    public IReadOnlyList<MessageRecord> FindPrerequisites(StorageSession storage, ApiKeyRecord key, long now) =>
        [.. DependsOn.Select(id => Find(storage, key, id, now)).DistinctBy(message => message.CreatedAt)];

    private static MessageRecord Find(StorageSession storage, ApiKeyRecord key, string id, long now)
    {
        if (storage.Messages.Find(id) is { } message && !message.IsExpired(now)
            && storage.Channels.FindByNumber(message.Channel) is { IsClaimable: true } channel && storage.MayUse(key, channel))
        {
            return message;
        }

        // A stranger's task and an unknown id are answered alike, so that ids cannot be tried out.
        throw new ApiException(
            422, ErrorCodes.InvalidDependency, "'depends_on' names a task that this key cannot read, or that is gone. Nothing was posted.")
        {
            Extras = [new("dependency", id)],
        };
    }

    private static IReadOnlyList<string> ReadDependencies(JsonFields fields)
    {
        if (!fields.TryGet("depends_on", out var list) || list.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        return list.ValueKind == JsonValueKind.Array && list.GetArrayLength() <= TaskLimits.MaxPrerequisites
            ? [.. list.EnumerateArray().Select(static item => JsonFields.NonBlank("depends_on", item))]
            : throw new ApiException(
                422, ErrorCodes.InvalidDependency, $"'depends_on' has to be a list of at most {TaskLimits.MaxPrerequisites} ids of tasks.");
    }
}
