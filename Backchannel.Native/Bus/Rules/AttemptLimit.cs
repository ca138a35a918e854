using System.Globalization;
using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Bus.Rules;

/// <summary>How many attempts a task has, as its post or its channel says.</summary>
internal static class AttemptLimit
{
    /// <summary>Ends the tasks of a channel that have used the attempts which it allows from now on. One that is held goes on with its last one.</summary>
    public static void FailUsedUp(WriteContext context, ChannelRecord channel)
    {
        if (channel.MaxAttempts is not { } most)
        {
            return;
        }

        foreach (var message in context.Storage.Tasks.UsedUp(channel.Number, most))
        {
            TryFail(context, message);
        }

        Dependents.FailAtOnce(context);
    }

    /// <summary>Whether the next attempt that counts is the last one.</summary>
    public static bool IsLast(StorageSession storage, MessageRecord message) =>
        (storage.Tasks.Find(message.CreatedAt)?.Attempts ?? 0) + 1 >= Of(storage, message);

    /// <summary>The limit of the post, else that of the channel, else practically none.</summary>
    public static int Of(StorageSession storage, MessageRecord message) =>
        storage.Tasks.Find(message.CreatedAt)?.MaxAttempts ?? storage.Channels.FindByNumber(message.Channel)?.MaxAttempts ?? int.MaxValue;

    /// <summary>Ends a task that nobody holds and that has used its attempts.</summary>
    /// <returns>False: it has attempts left, or is not open or waiting.</returns>
    public static bool TryFail(WriteContext context, long number)
    {
        if (context.Storage.Messages.Find(number) is not { } message || context.Storage.Tasks.Find(number) is not { } task
            || Of(context.Storage, message) is var most && task.Attempts < most
            || TaskTransitions.Next(TaskPhases.Of(message, context.Now), TaskEvent.MaximumLowered) is null)
        {
            return false;
        }

        TaskLife.End(context, message, StoredState.Failed, UsedUp(task.Attempts, most), null, null);
        return true;
    }

    public static string UsedUp(int used, int most) => string.Create(
        CultureInfo.InvariantCulture, $"Its channel allows {most} attempt{(most == 1 ? "" : "s")} now, and it has used {used}.");
}
