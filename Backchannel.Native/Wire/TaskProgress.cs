using System.Text.Json.Serialization;

namespace Backchannel.Native.Wire;

/// <summary>The newest report of a worker on how far it is.</summary>
/// <param name="Percent">0 to 100.</param>
/// <param name="At">A <see cref="Timestamp"/>.</param>
/// <param name="By">Name of the worker.</param>
internal sealed record TaskProgress(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Text,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Percent,
    string At,
    string By);
