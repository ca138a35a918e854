namespace Backchannel.Native.Wire;

/// <summary>Answer of <c>PUT /v1/files</c>: what the bus received and keeps.</summary>
/// <param name="Sha256">Of the bytes, in lower-case hexadecimal digits.</param>
/// <param name="Bytes">How many.</param>
internal sealed record UploadedFile(string Sha256, long Bytes);
