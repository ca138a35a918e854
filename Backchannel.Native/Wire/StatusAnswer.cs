namespace Backchannel.Native.Wire;

/// <summary>An answer that holds a status alone.</summary>
/// <param name="Status"><c>retracted</c>, <c>removed</c> or <c>deleted</c>; <see cref="Present"/>, <see cref="TaskEnded"/> or <see cref="TaskNoted"/>.</param>
internal sealed record StatusAnswer(string Status)
{
    /// <summary>A session was present as long as the bus lets it.</summary>
    public const string Present = "present";

    /// <summary>Somebody else ended a task that the session holds; its next renewal says which.</summary>
    public const string TaskEnded = "task_ended";

    /// <summary>Somebody else noted something on a task that the session holds.</summary>
    public const string TaskNoted = "task_noted";
}
