using System.Text.Json;
using System.Text.Json.Serialization;

namespace Backchannel.Native.Wire;

/// <summary>Body of claim-with-lease, release and ack.</summary>
/// <param name="Actor">Id, alias or name of the acting actor; absent: the key's label.</param>
/// <param name="LeaseSeconds">Only with a lease; <see cref="Limits.MinLeaseSeconds"/> to <see cref="Limits.MaxLeaseSeconds"/>.</param>
/// <param name="Metadata">A JSON object that the reference server stores and never shows.</param>
/// <param name="LeaseToken">Only with an ack, to a bus that offers <see cref="Additions.LeasedAck"/>: the lease under which the work was done.</param>
/// <param name="Result">Only with an ack, to a bus that offers <see cref="Additions.AckWithResult"/>: what the poster gets, with the metadata.</param>
/// <param name="Session">Only to a bus that offers <see cref="Additions.TaskSessions"/>: the secret by which a process names itself.</param>
/// <param name="Detached">Only with a session, at a claim: true when the process does not live on, so that its key's others may end the task at once.</param>
internal sealed record ClaimRequest(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Actor = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? LeaseSeconds = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Metadata = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? LeaseToken = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Result = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Session = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Detached = null);
