using System.Text.Json;
using System.Text.Json.Serialization;

namespace Backchannel.Native.Wire;

/// <summary>Body of <c>POST /v1/tasks/claim-next</c>, to a bus that offers <see cref="Additions.ClaimNext"/>.</summary>
/// <param name="Channels">1 to <see cref="Limits.MaxClaimChannels"/> ids, aliases or names.</param>
/// <param name="Actor">Id, alias or name of the acting actor; absent: the key's label.</param>
/// <param name="Session">The secret by which a process names itself.</param>
/// <param name="Detached">True when the process does not live on, so that its key's others may end the task at once.</param>
/// <param name="LeaseSeconds">Of a task that was open at once; one that was waited for has a short lease until its first renewal.</param>
/// <param name="Wait">Seconds to wait while no task is open.</param>
/// <param name="PostedBy">Ids of the keys whose tasks are meant; then it does not wait. Absent: whoever posted them.</param>
/// <param name="OnlyRepeats">True: look only for the claim that an earlier request with the same <c>Idempotency-Key</c> got.</param>
/// <param name="Resumed">True: another process may have got the claim; from then on <see cref="FinishRequest.ClaimKey"/> keeps either from giving it back.</param>
/// <param name="Ack">A task of the same session that is done; only to a bus that offers <see cref="Additions.AckAndClaim"/>. Absent: none.</param>
internal sealed record ClaimNextRequest(
    IReadOnlyList<string> Channels,
    string Actor,
    string Session,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Detached = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? LeaseSeconds = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Wait = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? OnlyRepeats = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Resumed = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? PostedBy = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] AckBeforeClaim? Ack = null);

/// <summary>The ack that a claim of the next task brings along.</summary>
/// <param name="MessageId">The task that is done.</param>
/// <param name="LeaseToken">The lease under which it was done; absent: whichever its session has.</param>
/// <param name="Result">At most as long as a content; absent: none.</param>
/// <param name="Metadata">Kept with the ack, and sent along with the result.</param>
/// <param name="Files">Of the result.</param>
internal sealed record AckBeforeClaim(
    string MessageId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? LeaseToken = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Result = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Metadata = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<FileReference>? Files = null);
