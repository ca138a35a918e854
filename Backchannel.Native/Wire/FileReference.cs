using System.Text.Json.Serialization;

namespace Backchannel.Native.Wire;

/// <summary>A file that a message names. Its bytes are stored once for all that name them.</summary>
/// <param name="Name">A plain name, without folders.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Of its bytes, in lower-case hexadecimal digits.</param>
/// <param name="MediaType">Such as <c>image/png</c>; null: not said.</param>
internal sealed record FileReference(
    string Name,
    long Bytes,
    string Sha256,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? MediaType = null);
