using System.Text.Json;

namespace Backchannel.Native.Wire;

/// <summary>Answer of <c>GET /v1/messages/{id}</c>, an addition of this program's bus.</summary>
/// <param name="Acks">Who acknowledged and with what, the oldest first.</param>
/// <param name="Deliveries">How often the message has been taken.</param>
/// <param name="Version">Grows with every claim, release, ack and lease that runs out; a value for <c>after</c>.</param>
internal sealed record MessageState(Message Message, IReadOnlyList<AckDetail> Acks, int Deliveries, long Version);

/// <summary>An ack with what its sender said about it.</summary>
/// <param name="Id">UUID of the actor.</param>
/// <param name="Name">Name of the actor.</param>
/// <param name="OccurredAt">A <see cref="Timestamp"/>.</param>
/// <param name="Metadata">The JSON object that came with the ack; empty if none did.</param>
internal sealed record AckDetail(string Id, string Name, string OccurredAt, JsonElement Metadata);
