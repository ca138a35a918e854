namespace Backchannel.Native.Tests.Packaging;

/// <summary>One file in an archive.</summary>
internal sealed record ArchiveEntry(string Name, byte[] Content, bool IsExecutable)
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Runnable = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public UnixFileMode Mode => IsExecutable ? Runnable : Readable;
}
