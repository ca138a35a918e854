using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Tells tasks that wait, have failed or were cancelled from open ones: in a listing they look alike.</summary>
/// <remarks>All in one request, and only where the bus takes that. It asks for those alone that look open: the listing tells the others.</remarks>
internal static class TaskStateReader
{
    /// <param name="shown">At most <see cref="TaskLimits.MaxWatchedTasks"/> look open.</param>
    /// <returns>The same messages; those that look open with the state that they have.</returns>
    public static async Task<IReadOnlyList<ShownMessage>> CorrectAsync(
        BackchannelClient bus, IReadOnlyList<ShownMessage> shown, CancellationToken cancellationToken)
    {
        var states = new Dictionary<string, string>();
        try
        {
            foreach (var change in await ReadAsync(bus, shown.Where(static message => message.State == TaskStates.Open).Select(static message => message.MessageId), cancellationToken))
            {
                if (change is { Error: null, Task: { } task })
                {
                    states[IdOf(change)] = task.State;
                }
            }
        }
        catch (BackchannelException)
        {
            // What is shown is right as far as it goes: the messages were read.
        }

        return states.Count == 0
            ? shown
            : [.. shown.Select(message => states.TryGetValue(message.MessageId, out var state) ? message with { State = state } : message)];
    }

    /// <summary>Some tasks as they stand now.</summary>
    /// <param name="messageIds">At most <see cref="TaskLimits.MaxWatchedTasks"/>.</param>
    /// <returns>Empty where the bus does not take that.</returns>
    public static async Task<IReadOnlyList<TaskChange>> ReadAsync(
        BackchannelClient bus, IEnumerable<string> messageIds, CancellationToken cancellationToken)
    {
        var left = messageIds.ToHashSet();
        List<TaskChange> all = [];
        int count;
        do
        {
            count = left.Count;
            if (count > 0 && await AskAsync() is { } changes)
            {
                // One answer may not hold all of them.
                all.AddRange(changes);
                left.ExceptWith(changes.Select(IdOf));
            }
        }
        while (left.Count > 0 && left.Count < count);

        return all;

        Task<IReadOnlyList<TaskChange>?> AskAsync() => bus.Connection.Additions.UseAsync(
            Additions.TaskWait,
            () => bus.WaitForTasksAsync([.. left.Select(static id => new SeenTask(id))], TimeSpan.Zero, cancellationToken),
            cancellationToken);
    }

    private static string IdOf(TaskChange change) => change.Id ?? change.Message.GetProperty("id").GetString()!;
}
