using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Where a task stands, for whoever waits for it.</summary>
internal static class TaskState
{
    public const string Waiting = "waiting for a worker";

    public static string Of(Message task) =>
        task.ClaimedBy is { } worker ? $"claimed by {ShownText.Name(worker.Name) ?? worker.Id}" : Waiting;
}
