using Backchannel.Native.Bus.Http;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>The optional body of claims, releases and acks.</summary>
/// <param name="Actor">Id, alias or name; null for the key's label.</param>
/// <param name="Metadata">A JSON object that is kept and never shown.</param>
internal sealed record ClaimFields(string? Actor, string? Metadata)
{
    public static ClaimFields Read(JsonFields fields) => new(fields.OptionalString("actor"), fields.Metadata());

    public static int LeaseSeconds(JsonFields fields) => fields.Int32(
        "lease_seconds",
        Limits.MinLeaseSeconds,
        Limits.MaxLeaseSeconds,
        Limits.DefaultLeaseSeconds,
        ErrorCodes.InvalidLeaseSeconds);
}
