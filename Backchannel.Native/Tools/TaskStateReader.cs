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
        var left = shown.Where(static message => message.State == TaskStates.Open).Select(static message => message.MessageId).ToHashSet();
        var states = new Dictionary<string, string>();
        while (left.Count > 0 && await AskAsync(bus, left, cancellationToken) is { Count: > 0 } changes)
        {
            // One answer may not hold all of them.
            foreach (var change in changes)
            {
                var id = change.Id ?? change.Message.GetProperty("id").GetString()!;
                if (change is { Error: null, Task: { } task })
                {
                    states[id] = task.State;
                }

                left.Remove(id);
            }
        }

        return states.Count == 0
            ? shown
            : [.. shown.Select(message => states.TryGetValue(message.MessageId, out var state) ? message with { State = state } : message)];
    }

    private static async Task<IReadOnlyList<TaskChange>?> AskAsync(
        BackchannelClient bus, IReadOnlyCollection<string> tasks, CancellationToken cancellationToken)
    {
        try
        {
            return await bus.Connection.Additions.UseAsync(
                Additions.TaskWait,
                () => bus.WaitForTasksAsync([.. tasks.Select(static id => new SeenTask(id))], TimeSpan.Zero, cancellationToken),
                cancellationToken);
        }
        catch (BackchannelException)
        {
            // What is shown is right as far as it goes: the messages were read.
            return null;
        }
    }
}
