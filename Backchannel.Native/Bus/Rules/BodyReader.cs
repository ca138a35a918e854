namespace Backchannel.Native.Bus.Rules;

/// <summary>Reads the next bytes of a request's body.</summary>
/// <param name="buffer">Filled, unless the body ends before.</param>
/// <returns>How many bytes there are; fewer than asked for: the body is over.</returns>
/// <exception cref="ApiException">The body comes in too slowly, or is not readable as HTTP.</exception>
internal delegate ValueTask<int> BodyReader(Memory<byte> buffer);
