using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Bus.Rules;

/// <summary>Tasks that wait for others: what becomes of them when a prerequisite ends. All of it runs in the writer.</summary>
internal static class Dependents
{
    /// <summary>Dependents that end with the write that ended their prerequisite. The sweep ends the others.</summary>
    private const int AtOnce = 100;

    /// <summary>Opens a waiting task if nothing keeps it any more.</summary>
    public static void TryOpen(WriteContext context, long message)
    {
        var task = context.Storage.Tasks.Find(message);
        if (context.Storage.Messages.Find(message) is not { State: StoredState.Waiting } found)
        {
            context.Storage.Tasks.ClearReadiness(message);
        }
        else if (task is { Pending: <= 0 } && (task.ReadyAt is null || task.ReadyAt <= context.Now))
        {
            context.Storage.Tasks.SetState(message, StoredState.Normal, null);
            context.MessageChanged(found.Channel, message);
            context.TaskOpened(found.Channel);
        }
        else if (task?.ReadyAt <= context.Now)
        {
            // Its time has come; what it waits for now is another task.
            context.Storage.Tasks.ClearReadiness(message);
        }
    }

    /// <summary>Ends tasks whose prerequisites ended without an ack, as many as one write may.</summary>
    public static void FailAtOnce(WriteContext context) => Fail(context, AtOnce);

    /// <summary>Ends tasks whose prerequisites ended without an ack.</summary>
    /// <returns>How many.</returns>
    public static int Fail(WriteContext context, int limit)
    {
        var failed = 0;
        while (failed < limit && context.Storage.Dependencies.Broken(limit - failed) is { Count: > 0 } broken)
        {
            foreach (var (message, prerequisite) in broken)
            {
                context.Storage.Dependencies.Settle(message);
                if (context.Storage.Messages.Find(message) is { } dependent && context.Storage.Tasks.Find(message) is { Pending: > 0 }
                    && TaskTransitions.Next(TaskPhases.Of(dependent, context.Now), TaskEvent.PrerequisiteLost) is not null)
                {
                    TaskLife.End(context, dependent, StoredState.Failed, LostPrerequisite.Describe(context.Storage, dependent, prerequisite, context.Now), null, null);
                }

                failed++;
            }
        }

        return failed;
    }

    /// <summary>Sorts the prerequisites of a task by how they stand now.</summary>
    /// <returns>How many of them it has to wait for.</returns>
    public static int AwaitAgain(WriteContext context, long message)
    {
        var pending = 0;
        foreach (var prerequisite in context.Storage.Dependencies.Unmet(message))
        {
            // How one ended that is not stored any more was noted when it went.
            if (context.Storage.Messages.Find(prerequisite) is not { } found)
            {
                continue;
            }

            var standing = found switch
            {
                { Acked: true } => PrerequisiteStanding.Met,
                _ when TaskPhases.Of(found, context.Now) is TaskPhase.Waiting or TaskPhase.Open or TaskPhase.Claimed => PrerequisiteStanding.Due,
                _ => PrerequisiteStanding.Settled,
            };
            context.Storage.Dependencies.SetStanding(message, prerequisite, standing);
            pending += standing == PrerequisiteStanding.Due ? 1 : 0;
        }

        context.Storage.Dependencies.Settle(message);
        return pending;
    }
}
