using System.Text.Json.Serialization;

namespace Backchannel.Native.Wire;

/// <summary>Answer to claim, release and ack.</summary>
/// <param name="Status">One of <see cref="ClaimStatus"/>; it decides; the HTTP status is 200 for several of them.</param>
/// <param name="Message">The message after the change.</param>
/// <param name="ResultChannel">Only to an ack with a result, from a bus that took it: name and alias of the channel where it is.</param>
/// <param name="Traceparent">Only to a claim: see <see cref="Additions.TaskTraces"/>.</param>
internal sealed record ClaimOutcome(
    string Status,
    Message Message,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ResultChannel = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Traceparent = null);
