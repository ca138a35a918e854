using System.Text.Json.Serialization;

namespace Backchannel.Native.Cli.Doctor;

/// <summary>What one check found.</summary>
/// <param name="Check">What was looked at, one word.</param>
/// <param name="Status"><see cref="Ok"/>, <see cref="Note"/> or <see cref="Failed"/>.</param>
/// <param name="Text">What was found. Never a key.</param>
/// <param name="Next">What to do; null only where nothing is wrong.</param>
internal sealed record Finding(string Check, string Status, string Text, string? Next = null)
{
    public const string Ok = "ok";

    /// <summary>Worth knowing, and no reason to fail.</summary>
    public const string Note = "note";

    public const string Failed = "failed";
}

/// <summary>The whole examination, as <c>--json</c> prints it.</summary>
internal sealed record DoctorReport(bool Ok, string Version, IReadOnlyList<Finding> Checks);

[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Serialization,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DoctorReport))]
internal sealed partial class DoctorJsonContext : JsonSerializerContext;
