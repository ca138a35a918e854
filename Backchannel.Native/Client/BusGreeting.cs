using Backchannel.Native.Wire;

namespace Backchannel.Native.Client;

/// <summary>What a bus says about itself without being sent a key.</summary>
/// <param name="Health">Its health.</param>
/// <param name="Additions">Which of <see cref="Wire.Additions"/> it offers.</param>
/// <param name="Software">Its <c>Server</c> header, as it came; null where it does not say.</param>
/// <param name="Date">Its clock, in whole seconds; null where it does not say.</param>
internal sealed record BusGreeting(Health Health, IReadOnlyList<string> Additions, string? Software, DateTimeOffset? Date);
