using System.Text.Json;
using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Publishes the result of a task on its result channel, once, also when it is asked to again.</summary>
internal sealed class ResultPublisher : IDisposable
{
    /// <summary>The reference bus does not recognise two writes with one idempotency key that run at once.</summary>
    private readonly SemaphoreSlim gate = new(1, 1);

    /// <param name="worker">The actor that did the task; null when it never was claimed.</param>
    /// <returns>Name and alias of the result's channel.</returns>
    public async Task<string> PublishAsync(
        BackchannelClient bus,
        string messageId,
        ActorReference? worker,
        string content,
        JsonElement? metadata,
        CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            var channel = await ResultChannelFinder.FindOrCreateAsync(bus, messageId, cancellationToken);
            if (!await IsPublishedAsync(bus, channel, worker, cancellationToken))
            {
                var result = new PostMessageRequest(content, metadata, worker?.Name, worker?.Id);
                var key = new IdempotencyKey($"result-of-{messageId}-by-{worker?.Id ?? "anyone"}");
                await bus.PostMessageAsync(channel.Id, result, key, cancellationToken);
            }

            return ResultChannel.NameFor(messageId);
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => gate.Dispose();

    private static async Task<bool> IsPublishedAsync(
        BackchannelClient bus, Channel channel, ActorReference? worker, CancellationToken cancellationToken)
    {
        await foreach (var message in ResultChannelFinder.ReadAsync(bus, channel, cancellationToken))
        {
            if (message.Actor?.Id == worker?.Id)
            {
                return true;
            }
        }

        return false;
    }
}
