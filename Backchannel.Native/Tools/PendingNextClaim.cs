using System.Text.Json;
using Backchannel.Native.Client;
using Backchannel.Native.Mcp.Tasks;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>A claim of whatever task is best; repetitions look for what the first request got and claim nothing new.</summary>
internal sealed class PendingNextClaim(NextOrder order)
    : PendingClaim(Guid.NewGuid().ToString(), order.Actor, order.Place, order.Lease)
{
    /// <summary>The claim of a task of the extension: the same for every process that goes on with it.</summary>
    /// <exception cref="BackchannelException">There is no key and the bus does not issue one.</exception>
    public static async Task<PendingNextClaim> OfTaskAsync(BackchannelClient bus, NextOrder order, TaskWait task, CancellationToken cancellationToken) =>
        new(order)
        {
            Key = new(task.Key.ToString("n")),
            Session = WorkerSession.Shared(await bus.Connection.DeriveSecretAsync("holder of a claim", task.Key.ToByteArray(), cancellationToken)),
        };

    /// <summary>The first request.</summary>
    /// <param name="wait">How long the bus may hold it while there is no task.</param>
    public Task<HeldLease?> ClaimAsync(BackchannelClient bus, TimeSpan wait, CancellationToken cancellationToken) =>
        SendAsync(bus, wait, onlyRepeats: false, cancellationToken);

    /// <summary>Whether a refusal is one of the claim and not of an ack that goes with it.</summary>
    public bool HasNoAck => order.Ack is null;

    /// <summary>Whether it is that of a task of the extension.</summary>
    public bool IsOfTask => order.Task is not null;

    public override bool IsChosenByBus => true;

    public override string? FindId(AnswerTooLongException answer)
    {
        var json = new Utf8JsonReader(answer.Head.Span, isFinalBlock: false, default);
        try
        {
            var isInMessage = false;
            while (json.Read())
            {
                if (json is { CurrentDepth: 1, TokenType: JsonTokenType.PropertyName })
                {
                    isInMessage = json.ValueTextEquals("message"u8);
                }
                else if (isInMessage && json is { CurrentDepth: 2, TokenType: JsonTokenType.PropertyName } && json.ValueTextEquals("id"u8) && json.Read())
                {
                    return json.TokenType == JsonTokenType.String ? json.GetString() : null;
                }
            }
        }
        catch (JsonException)
        {
            // No answer of a bus.
        }

        return null;
    }

    /// <inheritdoc/>
    public override Task<HeldLease?> SendAsync(BackchannelClient bus, CancellationToken cancellationToken) =>
        SendAsync(bus, TimeSpan.Zero, onlyRepeats: true, cancellationToken);

    private async Task<HeldLease?> SendAsync(BackchannelClient bus, TimeSpan wait, bool onlyRepeats, CancellationToken cancellationToken)
    {
        var session = Session ?? throw new InvalidOperationException("This claim names its session.");
        var request = new ClaimNextRequest(
            order.Channels,
            Actor,
            session.Secret,
            session.IsDetached ? true : null,
            (int)Length.TotalSeconds,
            wait > TimeSpan.Zero ? wait.TotalSeconds : null,
            onlyRepeats ? true : null,
            order.Task is { IsResumed: true } && !onlyRepeats ? true : null,
            onlyRepeats ? null : order.PostedBy,
            onlyRepeats ? null : order.Ack);
        var claimed = await bus.ClaimNextAsync(request, Key, cancellationToken);
        order.Acknowledged = claimed.Acknowledged;
        order.Paused = claimed.Paused ?? [];
        if (claimed is not { Message: { } message, Lease: { } lease })
        {
            return null;
        }

        var taken = new HeldLease(message, message.ClaimedBy ?? new(Actor, Actor), lease.LeaseToken, Length, lease.LeaseExpiresAt)
        {
            Session = session,
            ClaimedFrom = order.Channels,
            ClaimKey = IsOfTask ? Key.Value : null,
            Deliveries = claimed.Deliveries,
            TraceParent = claimed.Traceparent,
            Task = claimed.Task,
            Prerequisites = claimed.Prerequisites,
        };
        return IsShort(taken) || order.Task is { IsResumed: true } ? await ConfirmAsync(bus, taken, cancellationToken) : taken;
    }

    /// <summary>Whether the bus waits for a sign that the task has arrived: it was handed to a claimer that may have been gone.</summary>
    private static bool IsShort(HeldLease lease) =>
        Timestamp.TryParse(lease.Message.ClaimedAt, out var claimedAt)
        && Timestamp.TryParse(lease.ExpiresAt, out var end)
        && end - claimedAt < lease.Length;

    private static async Task<HeldLease> ConfirmAsync(BackchannelClient bus, HeldLease lease, CancellationToken cancellationToken)
    {
        var renewed = await bus.RenewLeaseAsync(lease.LeaseToken, lease.Length, lease.Session, cancellationToken);
        return lease with { ExpiresAt = renewed.ExpiresAt };
    }
}
