using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Cli.Doctor;

/// <summary>What the bus lacks of what this program's own bus offers beyond the contract, and what does not work then.</summary>
internal static class AdditionsCheck
{
    private static readonly (string Addition, string Consequence)[] Consequences =
    [
        (Additions.TaskSessions, "any process with the key and the actor's name can end a task"),
        (Additions.AckWithResult, "a result and its ack are sent in two steps"),
        (Additions.LeaseSweep, "a crashed worker's task comes back only when another worker looks for it"),
        (Additions.MessageRead, "await_result asks every few seconds and may need the channel"),
        (Additions.TaskLife, "post_task takes no priority, delay_seconds, depends_on or max_attempts; fail_task only gives back; cancel_task only withdraws open tasks"),
        (Additions.ClaimNext, "workers of one channel race for its tasks, and no priority counts"),
        (Additions.AckAndClaim, "ack_task with next sends two requests"),
        (Additions.TaskNotes, "update_task is refused"),
        (Additions.OwnTasks, "my_tasks knows only what the session holds"),
        (Additions.TaskFiles, "tasks and results carry no files"),
        (Additions.Views, "watch, lanes, tasks, task and workers show nothing"),
        (Additions.Replies, "no message says which one it answers (reply_to)"),
    ];

    public static Finding? Run(BusGreeting greeting, bool isLocal)
    {
        var offered = greeting.Additions;
        var missing = Additions.Names.Where(addition => !offered.Contains(addition)).ToList();
        if (missing.Count == 0)
        {
            return null;
        }

        var consequences = Consequences.Where(known => missing.Contains(known.Addition)).Select(static known => known.Consequence).ToList();
        var names = string.Join(", ", missing);
        var text = consequences.Count == 0 ? $"this bus lacks {names}" : $"this bus can do less than this release: {string.Join("; ", consequences)}. It lacks {names}";
        return new(
            "additions", Finding.Note, text,
            isLocal
                ? "Tasks are handed over without them too. An older release runs this bus: 'backchannel-mcp stop' ends it, and the next call starts this release."
                : "Tasks are handed over without them too. The bus is no backchannel-mcp, or an older release.");
    }
}
