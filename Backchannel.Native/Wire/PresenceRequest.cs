namespace Backchannel.Native.Wire;

/// <summary>Body of <c>POST /v1/presence</c>, an addition of this program's bus (<see cref="Additions.TaskSessions"/>).</summary>
/// <param name="Session">The session that lives while the request hangs.</param>
internal sealed record PresenceRequest(string Session);
