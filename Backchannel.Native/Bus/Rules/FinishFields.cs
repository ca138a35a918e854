using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>How the attempt of a session ended: the body of <c>finish</c>.</summary>
/// <param name="Outcome">One of <see cref="AttemptOutcomes"/> but <c>lease_ran_out</c>.</param>
/// <param name="Retry">Whether a failed task gets another attempt.</param>
/// <param name="RetryAfterSeconds">The pause before that; null: as the bus has it.</param>
/// <param name="ClaimKey">The idempotency key of the claim; null: the caller sent none.</param>
internal sealed record FinishFields(
    ClaimFields Claim, string? LeaseToken, string Outcome, MessagePosting? Result, string? Reason, bool Retry, int? RetryAfterSeconds, string? ClaimKey)
{
    private static readonly string[] Outcomes =
        [AttemptOutcomes.Acknowledged, AttemptOutcomes.Failed, AttemptOutcomes.Released, AttemptOutcomes.SessionEnded];

    public static FinishFields Read(JsonFields fields, BusOptions options)
    {
        SessionSecret.Require(fields);
        var claim = ClaimFields.Read(fields);
        var outcome = fields.RequiredString("outcome");
        if (!Outcomes.Contains(outcome))
        {
            throw new ApiException(422, ErrorCodes.InvalidField, $"'outcome' is one of {string.Join(", ", Outcomes)}.");
        }

        return new(
            claim,
            fields.OptionalString("lease_token"),
            outcome,
            ReadResult(fields, options, claim.Metadata, outcome),
            ReadReason(fields),
            fields.IsNull("retry") || (fields.OptionalBoolean("retry", ErrorCodes.InvalidField) ?? true),
            fields.OptionalInt32("retry_after_seconds", 0, TaskLimits.MaxRetrySeconds, ErrorCodes.InvalidField),
            fields.OptionalString("claim_key"));
    }

    /// <summary>Refuses to give back what another process got too, with the key of the claim: it may be at work on it.</summary>
    public void RequireOnlyClaimer(WriteContext context, ApiKeyRecord key, MessageRecord message)
    {
        if (Outcome is AttemptOutcomes.Released or AttemptOutcomes.SessionEnded
            && ClaimKey is { } claim
            && context.Storage.ClaimKeys.Find(ClaimNextOrder.DigestOfResumption(key.KeyId, claim), context.Now) is { } resumed
            && resumed.LeaseSalt == message.LeaseSalt
            && context.Storage.ClaimKeys.IsRepeated(KeyDigest.Of(key.KeyId, claim), resumed.LeaseSalt))
        {
            throw new ApiException(
                409, ErrorCodes.AlreadyClaimed, "Another process got the task too, with the key of this claim, so it was not given back. Nothing is to be done: its holder goes on, or its lease runs out.");
        }
    }

    private static MessagePosting? ReadResult(JsonFields fields, BusOptions options, string? metadata, string outcome)
    {
        var files = FileReferences.Read(fields, options);
        var result = MessagePosting.ReadResult(fields, options.MaxMessageBytes, metadata);
        if (outcome != AttemptOutcomes.Acknowledged && (result is not null || files is not null))
        {
            throw new ApiException(
                422,
                ErrorCodes.InvalidField,
                $"'result' and its 'files' belong to the outcome 'acknowledged': with '{outcome}' nobody would get them, and the attempt was not ended. Leave them out, or use 'acknowledged'; 'reason' says why an attempt failed.");
        }

        return WithFiles(result, files);
    }

    /// <summary>The result of an ack, which names its files. Files without a result are refused.</summary>
    public static MessagePosting? WithFiles(MessagePosting? result, FileReferences? files) =>
        result is not null ? result with { Files = files }
        : files is null ? null
        : throw new ApiException(422, ErrorCodes.InvalidFile, "'files' come with a 'result': the message that publishes it names them.");

    /// <summary>The reason of a failure or a cancellation; null where none is given.</summary>
    public static string? ReadReason(JsonFields fields) =>
        fields.OptionalString("reason") is { } reason ? JsonFields.BoundedInJson("reason", reason, TaskLimits.MaxReasonBytes) : null;
}
