using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>Tells those who asked for it what happened to a task: the channel's webhook, and the counters of the bus.</summary>
internal static class TaskEvents
{
    /// <param name="name">One of <see cref="TaskEventNames"/>.</param>
    public static void Happened(WriteContext context, MessageRecord message, string name)
    {
        if (context.Storage.Channels.FindByNumber(message.Channel) is { } channel)
        {
            Happened(context, message, channel, name);
        }
    }

    /// <summary>The same where the channel is known.</summary>
    public static void Happened(WriteContext context, MessageRecord message, ChannelRecord channel, string name)
    {
        if (!channel.IsClaimable)
        {
            return;
        }

        context.Measure(measures => measures.Events.Add(name));
        if (channel.WebhookUrl is { } url && channel.WebhookEvents.Contains(name))
        {
            var task = context.Storage.Messages.Find(message.CreatedAt)!.ToTask(context.Storage, channel, context.Now);
            WebhookEvents.Queue(
                context, url, channel.WebhookSecret, new TaskEventNotice(name, channel.Id, message.Id, task), WireJsonContext.Default.TaskEventNotice);
        }
    }
}
