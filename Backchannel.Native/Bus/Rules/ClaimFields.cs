using Backchannel.Native.Bus.Memory;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>The optional body of claims, releases and acks.</summary>
/// <param name="Actor">Id, alias or name; null for the key's label.</param>
/// <param name="Metadata">A JSON object that is kept and never shown.</param>
internal sealed record ClaimFields(string? Actor, string? Metadata)
{
    /// <summary>The hash of the caller's session; null: the caller names none.</summary>
    public string? Session { get; init; }

    /// <summary>The session that a claim is kept under; null: none.</summary>
    public string? HolderSession { get; init; }

    public static ClaimFields Read(JsonFields fields)
    {
        var session = SessionSecret.Read(fields);
        var isDetached = fields.OptionalBoolean("detached", ErrorCodes.InvalidField) is true;
        return new(fields.OptionalName("actor"), fields.Metadata())
        {
            Session = session,
            HolderSession = session is not null && isDetached ? WorkerSessions.Detached : session,
        };
    }

    public static int LeaseSeconds(JsonFields fields) => fields.Int32(
        "lease_seconds",
        Limits.MinLeaseSeconds,
        Limits.MaxLeaseSeconds,
        Limits.DefaultLeaseSeconds,
        ErrorCodes.InvalidLeaseSeconds);
}
