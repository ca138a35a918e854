using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>A task that the bus gave in an answer too long to be read. It is given back, so that nobody gets the same one without end.</summary>
internal static class UnreadableClaim
{
    private const string Reason = "The session that claimed it could not read it: the bus sent more of it than is read of one answer.";

    /// <summary>Gives the task back.</summary>
    /// <returns>What the caller is told.</returns>
    /// <exception cref="BackchannelException">It is not known whether the bus has taken it back.</exception>
    public static async Task<BackchannelException> PassOverAsync(
        BackchannelClient bus, PendingClaim claim, BackchannelException fault, CancellationToken cancellationToken)
    {
        var answer = (AnswerTooLongException)fault.InnerException!;
        var id = claim.FindId(answer);
        var end = id is null ? $"it is open again within {claim.Length.TotalSeconds:0} s" : await GiveBackAsync(bus, claim, id, cancellationToken);
        return new BackchannelException($"{fault.Message}: task {ShownText.Name(id) ?? "of unknown id"} was passed over, and {end}", fault)
        {
            Code = FaultCodes.PassedOver,
            Status = fault.Status,
            RequestId = fault.RequestId,
        };
    }

    /// <summary>Whether a claim failed because its answer was too long.</summary>
    public static bool Is(BackchannelException fault) => fault.InnerException is AnswerTooLongException { Status: >= 200 and < 300 };

    private static async Task<string> GiveBackAsync(BackchannelClient bus, PendingClaim claim, string id, CancellationToken cancellationToken)
    {
        try
        {
            if (claim.Session is not { } session)
            {
                await bus.ReleaseAsync(id, claim.Actor, null, cancellationToken);
                return "it was given back";
            }

            var request = claim.IsChosenByBus
                ? new FinishRequest(session.Secret, AttemptOutcomes.Failed, claim.Actor, Reason: Reason)
                : new FinishRequest(session.Secret, AttemptOutcomes.Released, claim.Actor);
            await bus.FinishAsync(id, request, cancellationToken);
        }
        catch (BackchannelException fault) when (Is(fault))
        {
            // It was done; that answer shows the same task.
        }
        catch (BackchannelException fault) when (fault.Status is >= 400 and < 500)
        {
            return "this session no longer holds it";
        }

        return claim.IsChosenByBus ? "the attempt counts as failed" : "it was given back";
    }
}
