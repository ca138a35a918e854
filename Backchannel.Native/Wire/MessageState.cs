using System.Text.Json;
using System.Text.Json.Serialization;

namespace Backchannel.Native.Wire;

/// <summary>Answer of <c>GET /v1/messages/{id}</c>, an addition of this program's bus.</summary>
/// <param name="Acks">Who acknowledged and with what, the oldest first.</param>
/// <param name="Deliveries">How often the message has been taken.</param>
/// <param name="Version">Grows with every claim, release, ack, note, lease that runs out and change of state; a value for <c>after</c>.</param>
/// <param name="Task">Of a bus that offers <see cref="Additions.TaskLife"/>, for messages of claimable channels.</param>
internal sealed record MessageState(
    Message Message,
    IReadOnlyList<AckDetail> Acks,
    int Deliveries,
    long Version,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TaskView? Task = null)
{
    /// <summary>Only in an answer of <c>tasks/wait</c> that was asked for results: what the worker of an acknowledged task sent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Message? Result { get; init; }
}

/// <summary>An ack with what its sender said about it.</summary>
/// <param name="Id">UUID of the actor.</param>
/// <param name="Name">Name of the actor.</param>
/// <param name="OccurredAt">A <see cref="Timestamp"/>.</param>
/// <param name="Metadata">The JSON object that came with the ack; empty if none did.</param>
internal sealed record AckDetail(string Id, string Name, string OccurredAt, JsonElement Metadata);
