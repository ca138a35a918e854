using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Finds the result of a task that was acknowledged.</summary>
internal static class ResultReader
{
    /// <summary>The result that the bus knows to be the worker's; where there is none, the oldest one, by the bus's own rule.</summary>
    /// <param name="worker">Id of the actor that acknowledged.</param>
    /// <returns>Null when the task was acknowledged without a result.</returns>
    public static async Task<Message?> ReadAsync(
        BackchannelClient bus, string messageId, string worker, CancellationToken cancellationToken)
    {
        if (await ResultChannelFinder.FindAsync(bus, messageId, cancellationToken) is not { } channel)
        {
            return null;
        }

        Message? oldest = null;
        await foreach (var message in ResultChannelFinder.ReadAsync(bus, channel, cancellationToken))
        {
            if (message.Actor?.Id == worker)
            {
                return message;
            }

            oldest ??= message;
        }

        return oldest;
    }
}
