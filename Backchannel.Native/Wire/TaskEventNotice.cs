namespace Backchannel.Native.Wire;

/// <summary>What a channel's webhook gets for a task event that it is registered for.</summary>
/// <param name="Event">One of <see cref="TaskEventNames"/>.</param>
/// <param name="MessageId">Id of the task.</param>
internal sealed record TaskEventNotice(string Event, string ChannelId, string MessageId, TaskView Task);
