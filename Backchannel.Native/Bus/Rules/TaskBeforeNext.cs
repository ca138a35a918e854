using Backchannel.Native.Bus.Settings;

namespace Backchannel.Native.Bus.Rules;

/// <summary>The task that a worker reports as done with its claim of the next one: the member <c>ack</c> of <c>claim-next</c>.</summary>
/// <param name="Claim">With the session of the claim, which has to hold the task.</param>
internal sealed record TaskBeforeNext(string MessageId, ClaimFields Claim, string? LeaseToken, MessagePosting? Result)
{
    private const string Name = "ack";

    /// <param name="claimer">The one who claims.</param>
    /// <returns>Null where the request brings none.</returns>
    public static TaskBeforeNext? Read(JsonFields request, ClaimFields claimer, BusOptions options)
    {
        if (request.OptionalFields(Name) is not { } fields)
        {
            return null;
        }

        var claim = claimer with { Metadata = fields.Metadata() };
        var files = FileReferences.Read(fields, options);
        var result = MessagePosting.ReadResult(fields, options.MaxMessageBytes, claim.Metadata);
        return new(
            fields.RequiredString("message_id"), claim, fields.OptionalString("lease_token"), FinishFields.WithFiles(result, files));
    }
}
