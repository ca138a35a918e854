using System.Text.Json.Serialization;

namespace Backchannel.Native.Wire;

/// <summary>The newest report of a worker on how far it is.</summary>
/// <param name="At">A <see cref="Timestamp"/>.</param>
/// <param name="By">Name of the worker.</param>
/// <param name="Percent">0 to 100.</param>
internal sealed record TaskProgress(
    string At,
    string By,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Text = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Percent = null);
