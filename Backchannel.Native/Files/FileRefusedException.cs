namespace Backchannel.Native.Files;

/// <summary>A file may not be opened here, or cannot be.</summary>
/// <param name="message">What it is, to follow its path: "is a link".</param>
internal sealed class FileRefusedException(string message) : Exception(message);
