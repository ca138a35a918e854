using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>How the attempt of a session ended: the body of <c>finish</c>.</summary>
/// <param name="Outcome">One of <see cref="AttemptOutcomes"/> but <c>lease_ran_out</c>.</param>
/// <param name="Retry">Whether a failed task gets another attempt.</param>
/// <param name="RetryAfterSeconds">The pause before that; null: as the bus has it.</param>
internal sealed record FinishFields(
    ClaimFields Claim, string? LeaseToken, string Outcome, MessagePosting? Result, string? Reason, bool Retry, int? RetryAfterSeconds)
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
            fields.OptionalInt32("retry_after_seconds", 0, TaskLimits.MaxRetrySeconds, ErrorCodes.InvalidField));
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

        return result is not null ? result with { Files = files }
            : files is null ? null
            : throw new ApiException(422, ErrorCodes.InvalidFile, "'files' come with a 'result': the message that publishes it names them.");
    }

    /// <summary>The reason of a failure or a cancellation; null where none is given.</summary>
    public static string? ReadReason(JsonFields fields) =>
        fields.OptionalString("reason") is { } reason ? JsonFields.BoundedInJson("reason", reason, TaskLimits.MaxReasonBytes) : null;
}
