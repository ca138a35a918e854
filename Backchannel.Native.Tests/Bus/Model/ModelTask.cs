using System.Text.Json.Nodes;

namespace Backchannel.Native.Tests.Bus.Model;

internal enum ModelState
{
    Normal,
    Waiting,
    Failed,
    Cancelled,
}

/// <summary>What a message has of the life of a task.</summary>
internal sealed class ModelTask
{
    public required string PosterKeyId { get; init; }

    /// <summary>Whether it was posted as a task, and not as a message like any other.</summary>
    public bool IsTask { get; init; }

    public int Priority { get; init; } = 5;

    public bool NamesPriority { get; init; }

    public int? MaxAttempts { get; init; }

    /// <summary>As it was posted.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    public List<ModelPrerequisite> Prerequisites { get; init; } = [];

    public ModelState State { get; set; }

    /// <summary>When a waiting task is looked at next.</summary>
    public DateTimeOffset? ReadyAt { get; set; }

    /// <summary>Attempts that count.</summary>
    public int Used { get; set; }

    public List<ModelAttempt> Attempts { get; } = [];

    public List<ModelNote> Notes { get; } = [];

    public JsonObject? Progress { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Null again once it has failed or was cancelled.</summary>
    public DateTimeOffset? ReopenedAt { get; set; }

    public string? Reason { get; set; }

    public ModelActor? EndedBy { get; set; }

    /// <summary>The lease that its end took away.</summary>
    public string? LostToken { get; set; }

    public bool HasToWait => Prerequisites.Exists(prerequisite => prerequisite is { IsWaived: false, State: not PrerequisiteState.Met });
}

internal enum PrerequisiteState
{
    Due,
    Met,

    /// <summary>It ended without an ack, and who waits for it is about to fail.</summary>
    Lost,

    Settled,
}

internal sealed class ModelPrerequisite(ModelMessage message)
{
    public ModelMessage Message => message;

    /// <summary>Of a settled one: it was removed before its time was over.</summary>
    public bool IsRemoved { get; set; }

    public PrerequisiteState State { get; set; } = message.Acks.Count > 0 ? PrerequisiteState.Met : PrerequisiteState.Due;

    /// <summary>It had ended otherwise when the task was reopened.</summary>
    public bool IsWaived { get; set; }
}

/// <param name="Question">Of an answer.</param>
internal sealed record ModelNote(string Id, string Kind, string Text, string By, DateTimeOffset At, ModelNote? Question)
{
    public string? Closed { get; set; }
}

internal sealed record ModelAttempt(ModelActor Worker, DateTimeOffset StartedAt, DateTimeOffset EndedAt, string Outcome, string? Reason);
