using System.Text.Json.Serialization;

namespace Backchannel.Native.Wire;

/// <summary>Answer to claim-with-lease: the message is the caller's until the lease runs out.</summary>
/// <param name="LeaseToken">UUID; whoever knows it can renew the lease.</param>
/// <param name="ExpiresAt">When the lease runs out, a <see cref="Timestamp"/>.</param>
/// <param name="Message">The message with its new holder.</param>
/// <param name="Traceparent">See <see cref="Additions.TaskTraces"/>.</param>
internal sealed record LeasedMessage(
    string LeaseToken,
    string ExpiresAt,
    Message Message,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Traceparent = null)
{
    /// <summary>How often the message has been taken, this time included; null where the bus does not say.</summary>
    /// <remarks>Comes as the header <see cref="HeaderNames.Deliveries"/>, not in the body.</remarks>
    [JsonIgnore]
    public int? Deliveries { get; init; }
}
