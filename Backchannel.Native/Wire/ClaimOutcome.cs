namespace Backchannel.Native.Wire;

/// <summary>Answer to claim, release and ack.</summary>
/// <param name="Status">One of <see cref="ClaimStatus"/>; success is what this says, not the 200.</param>
/// <param name="Message">The message after the change.</param>
internal sealed record ClaimOutcome(string Status, Message Message);
