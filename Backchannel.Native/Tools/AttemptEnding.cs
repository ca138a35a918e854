using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Ends attempts of this process at tasks, and those that a process of the same key left behind.</summary>
internal sealed class AttemptEnding(LeaseTaking taking, HeldLeases held, DefaultActor defaultActor)
{
    /// <summary>Ends an attempt in one request that says how it ended.</summary>
    /// <param name="how">What to send, from the session's secret; lease and actor are added.</param>
    /// <returns>Null: this bus does not take such requests.</returns>
    /// <exception cref="ToolException">It was refused; the text says what stands.</exception>
    public async Task<LifeOutcome?> TryFinishAsync(
        BackchannelClient bus, string messageId, string? actor, Func<string, FinishRequest> how, EndingKind kind, CancellationToken cancellationToken)
    {
        var lease = RequireGoingOn(messageId, kind);
        var session = lease is null ? await taking.SessionAsync(bus, cancellationToken) : lease.Session;
        if (session is null)
        {
            return null;
        }

        var request = how(session.Secret) with
        {
            Actor = lease?.Actor.Id ?? actor ?? defaultActor.Name,
            LeaseToken = lease?.LeaseToken,
        };
        var outcome = await ExplainAsync(
            () => held.Spans is { } spans ? spans.SettleAsync(bus, messageId, request.Outcome, FinishAsync) : FinishAsync(bus),
            messageId,
            kind);
        if (outcome is not null)
        {
            held.Forget(messageId);
        }

        return outcome;

        Task<LifeOutcome?> FinishAsync(BackchannelClient bus) => bus.Connection.Additions.UseAsync(
            Additions.TaskLife, () => bus.FinishAsync(messageId, request, cancellationToken), cancellationToken);
    }

    /// <summary>Gives a task back as the contract has it.</summary>
    /// <exception cref="ToolException">It was refused; the text says what stands.</exception>
    public async Task<ClaimOutcome> ReleaseAsync(
        BackchannelClient bus, string messageId, string? actor, EndingKind kind, CancellationToken cancellationToken)
    {
        var lease = RequireGoingOn(messageId, kind);
        var session = lease is null ? await taking.SessionAsync(bus, cancellationToken) : lease.Session;
        var outcome = await ExplainAsync(
            () => bus.ReleaseAsync(
                messageId, lease?.Actor.Id ?? actor ?? defaultActor.Name, session, cancellationToken, lease?.LeaseToken)!,
            messageId,
            kind);
        held.Forget(messageId);
        return outcome!;
    }

    /// <summary>The claim of this process on a task, unless it is known that the task has ended.</summary>
    private HeldLease? RequireGoingOn(string messageId, EndingKind kind)
    {
        var lease = held.Find(messageId);
        if (lease is { End: { } end })
        {
            held.Forget(messageId);
            throw new ToolException(TaskEnding.Ended(messageId, end, kind));
        }

        return lease;
    }

    private async Task<T?> ExplainAsync<T>(Func<Task<T?>> request, string messageId, EndingKind kind)
        where T : class
    {
        try
        {
            return await request();
        }
        catch (BackchannelException refusal) when (TaskEnding.Explain(refusal, messageId, kind) is { } explained)
        {
            // In all these cases this process no longer holds the task.
            held.Forget(messageId);
            throw explained;
        }
    }
}
