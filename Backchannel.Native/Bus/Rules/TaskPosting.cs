using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>The life of a task that is being posted, checked against the bus.</summary>
internal sealed class TaskPosting
{
    private readonly TaskOptions options;
    private readonly IReadOnlyList<MessageRecord> prerequisites;
    private readonly long? readyAt;
    private readonly int pending;

    /// <summary>A message of a broadcast channel is no task.</summary>
    private readonly bool isTask;

    private (string ReplyTo, string Thread)? reply;

    private TaskPosting(TaskOptions options, IReadOnlyList<MessageRecord> prerequisites, long? readyAt, bool isTask)
    {
        this.isTask = isTask;
        this.options = options;
        this.prerequisites = prerequisites;
        this.readyAt = readyAt;
        pending = prerequisites.Count(static prerequisite => !prerequisite.Acked);
    }

    /// <exception cref="ApiException">An option does not fit.</exception>
    public static TaskPosting Prepare(WriteContext context, ApiKeyRecord key, ChannelRecord channel, TaskOptions options)
    {
        if (!channel.IsClaimable && options.IsAny)
        {
            throw new ApiException(
                422, ErrorCodes.InvalidField, "This is a broadcast channel: its messages have no priority, delay, prerequisites or attempts.");
        }

        long? readyAt = options.DelaySeconds is > 0 and { } delay ? context.Now + (delay * Instant.PerSecond) : null;
        var expiresAt = context.Now + (channel.TtlSeconds * Instant.PerSecond);
        if (readyAt >= expiresAt)
        {
            throw new ApiException(
                422,
                ErrorCodes.InvalidDelay,
                $"The delay would end at {Instant.ToText(readyAt)}, and the task expires at {Instant.ToText(expiresAt)}: nobody could work on it. Use a shorter delay, or a channel whose messages live longer.")
            {
                Extras = [new("not_before", Instant.ToText(readyAt)!), new("expires_at", Instant.ToText(expiresAt))],
            };
        }

        return new TaskPosting(options, options.FindPrerequisites(context.Storage, key, context.Now), readyAt, channel.IsClaimable)
        {
            reply = options.ReplyTo is { } answered ? Replies.Require(context, key, answered) : null,
        };
    }

    public NewMessage Apply(NewMessage message) => message with
    {
        State = readyAt is null && pending == 0 ? StoredState.Normal : StoredState.Waiting,
        Priority = options.Priority ?? TaskLimits.DefaultPriority,
        Named = options.Named | (isTask ? PostOptions.Task : PostOptions.None),
        ReplyTo = reply?.ReplyTo,
        Thread = reply?.Thread,
    };

    /// <summary>Stores what does not lie in the message's own row.</summary>
    public void Add(WriteContext context, MessageRecord message)
    {
        if (options is { MaxAttempts: null, DelaySeconds: null, DependsOn.Count: 0 })
        {
            return;
        }

        var task = new TaskRecord
        {
            MaxAttempts = options.MaxAttempts,
            NotBefore = options.DelaySeconds is null ? null : readyAt ?? context.Now,
            ReadyAt = readyAt,
            Pending = pending,
        };
        context.Storage.Tasks.Add(message.CreatedAt, task);
        MessageRecord? lost = null;
        foreach (var prerequisite in prerequisites)
        {
            context.Storage.Dependencies.Add(message.CreatedAt, prerequisite.CreatedAt, prerequisite.Id, prerequisite.Acked);
            lost ??= prerequisite.State is StoredState.Failed or StoredState.Cancelled ? prerequisite : null;
        }

        if (lost is not null)
        {
            TaskLife.FailAtOnce(context, message, lost.Id);
        }
    }
}
