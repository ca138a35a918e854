namespace Backchannel.Native.Tools;

/// <summary>Where a file lies that may be sent.</summary>
/// <param name="parts">See <see cref="Parts"/>.</param>
internal sealed class FilePlace(string folder, IReadOnlyList<string> parts)
{
    /// <summary>The folder that makes it sendable.</summary>
    public string Folder => folder;

    /// <summary>Its path below that folder.</summary>
    public IReadOnlyList<string> Parts => parts;

    /// <summary>The first part of the path that begins with a dot; null: none does.</summary>
    public string? HiddenPart => parts.FirstOrDefault(static part => part.StartsWith('.'));
}
