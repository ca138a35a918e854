using Backchannel.Native.Bus.Http;

namespace Backchannel.Native.Bus.Storage;

/// <summary>An answer that is kept for repetitions.</summary>
/// <param name="Operation">Digest of the method and path that it answered.</param>
internal sealed record KeptAnswer(long Operation, Reply Reply);
