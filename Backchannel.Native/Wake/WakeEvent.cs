using System.Globalization;

namespace Backchannel.Native.Wake;

/// <summary>Something that an agent wants to be woken for.</summary>
/// <param name="Key">The same for whoever hears of the same event.</param>
/// <param name="Id">The message that it is about.</param>
/// <param name="Lane">The channel as the settings name it; null: of a task that this session posted or waits for.</param>
internal sealed record WakeEvent(string Key, WakeKind Kind, string Id, string? Lane = null)
{
    /// <summary>What tells it from another event of the same message: the note of a question, the version of an end, how often a task came back.</summary>
    public string Mark => Key[(Key.LastIndexOf(':') + 1)..];

    /// <param name="version">Of the task: one that was opened again can end again.</param>
    public static WakeEvent Over(string id, long? version) => new(string.Create(CultureInfo.InvariantCulture, $"over:{id}:{version}"), WakeKind.Over, id);

    public static WakeEvent Question(string id, string question) => new($"question:{question}", WakeKind.Question, id);

    /// <param name="times">How often the task has been taken before: it may come back each time.</param>
    public static WakeEvent Task(string id, string lane, int times) => new(string.Create(CultureInfo.InvariantCulture, $"task:{id}:{times}"), WakeKind.Task, id, lane);

    public static WakeEvent Message(string id, string lane) => new($"message:{id}", WakeKind.Message, id, lane);
}

internal enum WakeKind
{
    /// <summary>A task that the agent waits for has ended.</summary>
    Over,

    /// <summary>The worker of such a task asks something.</summary>
    Question,

    /// <summary>A task waits for a worker.</summary>
    Task,

    /// <summary>A message to all readers.</summary>
    Message,
}
