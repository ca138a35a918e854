using System.Runtime.InteropServices;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Waiting;

/// <summary>Reads one message with its acks. If the caller asks for it, the answer waits for the message to change.</summary>
internal sealed class MessageWatch(BusOptions options, BusDatabase database, Signals signals, TimeProvider timeProvider)
{
    /// <param name="after">The version that the caller knows; null for an immediate answer.</param>
    /// <param name="wait">How long to wait while no newer version exists.</param>
    public async Task<MessageState> ReadAsync(ApiKeyRecord key, string id, long? after, TimeSpan wait, CancellationToken cancellationToken)
    {
        var (message, state) = await database.ReadAsync(storage => Look(storage, key, id));
        if (after is not { } known || state.Version > known || wait == TimeSpan.Zero || !options.LongPollEnabled)
        {
            return state;
        }

        using var waiter = signals.Join(Change.OfMessage(message.CreatedAt), key.KeyId);
        if (waiter is null)
        {
            return state;
        }

        using var deletion = signals.Reserve(Change.DeletionOf(message.Channel));
        using var deadline = new CancellationTokenSource(Shorter(wait, options.LongPollMaxWait), timeProvider);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        while (true)
        {
            // What ends by time alone gives no signal: the last look comes after the end of the wait.
            var isLast = ending.IsCancellationRequested;
            Task next = Task.WhenAny(waiter.Next, deletion.Next);
            (_, state) = await database.ReadAsync(storage =>
            {
                storage.RequireValid(key);
                return Look(storage, key, id);
            });
            if (state.Version > known || signals.IsClosed || isLast)
            {
                return state;
            }

            await next.WaitAsync(ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private (MessageRecord Message, MessageState State) Look(StorageSession storage, ApiKeyRecord key, string id)
    {
        var now = Instant.Now(timeProvider);
        var (message, channel) = Claiming.RequireMessage(storage, key, id, claimable: false, now, tellsEnd: true);
        return (message, State(storage, message, channel, now));
    }

    public static MessageState State(StorageSession storage, MessageRecord message, ChannelRecord channel, long now) => new(
        message.ToWire(storage, channel.Id, now),
        message.Acked ? Shown(storage.Acks.Details(message.CreatedAt), message.Holder?.Id) : [],
        message.Deliveries,
        message.Version,
        channel.IsClaimable ? message.ToTask(storage, channel, now) : null);

    /// <summary>The first acks that fit, and always the holder's: one key can acknowledge under any number of actors.</summary>
    private static List<AckDetail> Shown(IReadOnlyList<AckDetail> acks, string? holderId)
    {
        List<AckDetail> shown = [];
        var left = TaskLimits.MaxShownBytes;
        foreach (var ack in acks)
        {
            left -= JsonFields.SizeInJson(ack.Name) + JsonMarshal.GetRawUtf8Value(ack.Metadata).Length;
            if (left >= 0 || ack.Id == holderId)
            {
                shown.Add(ack);
            }
        }

        return shown;
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
