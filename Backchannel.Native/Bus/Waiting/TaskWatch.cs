using System.Text.Json;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Text;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Waiting;

/// <summary>Waits until at least one of many tasks changes.</summary>
/// <remarks>A change of another task wakes nobody here; one of these tasks costs one read of that task alone.</remarks>
internal sealed class TaskWatch(BusOptions options, BusDatabase database, Signals signals, TimeProvider timeProvider)
{
    /// <summary>An answer that has reached this size takes no further task: its reader asks again and gets the rest at once.</summary>
    private const int FullAnswerBytes = 1024 * 1024;

    /// <param name="results">Whether acknowledged tasks come with their results.</param>
    /// <returns>The changed tasks as JSON, each a <see cref="TaskChange"/>; empty when none has changed in time.</returns>
    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadAsync(
        ApiKeyRecord key, IReadOnlyList<SeenTask> tasks, bool results, TimeSpan wait, CancellationToken cancellationToken)
    {
        var looks = tasks.Select(task => new Look(task, results)).ToList();
        var changes = await database.ReadAsync(storage => Changes(storage, key, looks));
        if (changes.Count > 0 || wait == TimeSpan.Zero || !options.LongPollEnabled)
        {
            return changes;
        }

        // One request counts as one waiter, however many tasks it names.
        using var place = signals.Join(Change.OfMessage(looks[0].Message), key.KeyId);
        return place is null ? changes : await WaitAsync(key, looks, wait, cancellationToken);
    }

    private async Task<IReadOnlyList<ReadOnlyMemory<byte>>> WaitAsync(
        ApiKeyRecord key, List<Look> looks, TimeSpan wait, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(wait < options.LongPollMaxWait ? wait : options.LongPollMaxWait, timeProvider);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        List<Signals.Waiter> waiters = [];
        try
        {
            foreach (var look in looks)
            {
                waiters.Add(look.OfMessage = signals.Reserve(Change.OfMessage(look.Message)));
                waiters.Add(look.OfChannel = signals.Reserve(Change.DeletionOf(look.Channel)));
            }

            var due = looks;
            while (true)
            {
                // What ends by time alone gives no signal, so the last look comes after the end of the wait, and is at all of them.
                var isLast = ending.IsCancellationRequested;
                due = isLast ? looks : due;
                due.ForEach(static look => look.Arm());
                var changes = await database.ReadAsync(storage =>
                {
                    storage.RequireValid(key);
                    return Changes(storage, key, due);
                });
                if (changes.Count > 0 || signals.IsClosed || isLast)
                {
                    return changes;
                }

                Task next = Task.WhenAny(looks.Select(static look => look.Next));
                await next.WaitAsync(ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();

                due = looks.FindAll(static look => look.Next.IsCompleted);
            }
        }
        finally
        {
            waiters.ForEach(static waiter => waiter.Dispose());
        }
    }

    private List<ReadOnlyMemory<byte>> Changes(StorageSession storage, ApiKeyRecord key, List<Look> looks)
    {
        var now = Instant.Now(timeProvider);
        List<ReadOnlyMemory<byte>> changes = [];
        var bytes = 0;
        foreach (var look in looks)
        {
            if (bytes < FullAnswerBytes && Read(storage, key, look, now) is { } change)
            {
                changes.Add(change);
                bytes += change.Length;
            }
        }

        return changes;
    }

    /// <returns>Null: the task has not changed.</returns>
    private static ReadOnlyMemory<byte>? Read(StorageSession storage, ApiKeyRecord key, Look look, long now)
    {
        try
        {
            var (message, channel) = Claiming.RequireMessage(storage, key, look.Task.Id, claimable: false, now, tellsEnd: true);
            (look.Message, look.Channel) = (message.CreatedAt, channel.Number);
            return message.Version <= look.Task.Version
                ? (ReadOnlyMemory<byte>?)null
                : ReadableJson.Write(writer => JsonSerializer.Serialize(
                    writer, State(storage, key, look, message, channel, now), WireJsonContext.Default.MessageState));
        }
        catch (ApiException refusal)
        {
            return ReadableJson.Write(writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("id", look.Task.Id);
                writer.WriteString("error", refusal.Code);
                writer.WriteString("message", refusal.Message);
                foreach (var (name, value) in refusal.Extras)
                {
                    if (value is string text)
                    {
                        writer.WriteString(name, text);
                    }
                }

                writer.WriteEndObject();
            });
        }
    }

    private static MessageState State(
        StorageSession storage, ApiKeyRecord key, Look look, MessageRecord message, ChannelRecord channel, long now)
    {
        var state = MessageWatch.State(storage, message, channel, now);
        if (!look.WithResult || state.Acks is not [var first, ..])
        {
            return state;
        }

        // Any key with access can ack; the ack of the holder at that time counts first. A later claim of a finished task changes nothing.
        var holder = message.ClaimedAt is { } claimedAt && claimedAt <= storage.Acks.FirstAt(message.CreatedAt) ? message.Holder : null;
        var worker = state.Acks.FirstOrDefault(ack => ack.Id == holder?.Id) ?? first;
        return ResultChannels.Find(storage, message.Id, worker.Id, now) is var (result, results) && storage.MayUse(key, results)
            ? state with { Result = result.ToWire(storage, results.Id, now) }
            : state;
    }

    /// <summary>One of the tasks.</summary>
    private sealed class Look(SeenTask task, bool withResult)
    {
        public bool WithResult { get; } = withResult;

        public SeenTask Task { get; } = task;

        public long Message { get; set; }

        public long Channel { get; set; }

        public Signals.Waiter? OfMessage { get; set; }

        public Signals.Waiter? OfChannel { get; set; }

        /// <summary>Completes at the next change of the task.</summary>
        public Task Next { get; private set; } = System.Threading.Tasks.Task.CompletedTask;

        public void Arm() => Next = System.Threading.Tasks.Task.WhenAny(OfMessage!.Next, OfChannel!.Next);
    }
}
