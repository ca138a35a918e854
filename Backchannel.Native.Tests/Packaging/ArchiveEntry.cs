namespace Backchannel.Native.Tests.Packaging;

/// <summary>One file in an archive; a folder where the name ends with a slash.</summary>
internal sealed record ArchiveEntry(string Name, byte[] Content, bool IsExecutable)
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Runnable = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public UnixFileMode Mode => IsExecutable || IsFolder ? Runnable : Readable;

    public bool IsFolder => Name.EndsWith('/');

    /// <summary>An empty folder.</summary>
    public static ArchiveEntry Folder(string name) => new($"{name}/", [], IsExecutable: false);
}
