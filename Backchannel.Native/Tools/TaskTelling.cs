using Backchannel.Native.Client;
using Backchannel.Native.Mcp;

namespace Backchannel.Native.Tools;

/// <summary>Tells a model of a task that this process has just claimed for it.</summary>
internal sealed class TaskTelling(MessageFinder finder, ToldNotes notes, FileReceiving files, HeldLeases held)
{
    /// <summary>Fetches the files of the task, and remembers what the model knows of it now.</summary>
    /// <param name="maxBytes">Of the whole result.</param>
    public async Task<ClaimTaskResult> TellAsync(
        BackchannelClient bus, (TakenTask Task, Lane Lane) taken, int maxBytes, CancellationToken cancellationToken)
    {
        var (task, lane) = taken;
        finder.Remember(task.Lease.Message);
        notes.TellAll(task.Lease.MessageId, task.Lease.Task);
        return ClaimTaskResult.Of(task, lane, maxBytes).WithFiles(await files.FetchAsync(bus, task.Lease.Message, cancellationToken));
    }

    /// <summary>Reminds of tasks that were held before the claim, and says of a claim from a shell that nobody renews it.</summary>
    public ClaimTaskResult Remind(ClaimTaskResult result, IReadOnlySet<string> heldBefore, ToolCall call)
    {
        var (count, oldest) = held.Oldest(ClaimTaskResult.MaxHeldIds, heldBefore);
        result = result.WithHeld(count, oldest);
        return call.IsLast && result.Claimed ? result.WithoutRenewal() : result;
    }
}
