using System.Runtime.InteropServices;
using System.Text;

namespace Backchannel.Native.Files;

/// <summary>What lies at a path: its type, its owner, and which file it is. .NET's own API tells neither a socket from a file nor whose it is.</summary>
/// <param name="Mode">Type and rights, as Unix keeps them in one number.</param>
/// <param name="OwnerId">Number of the user that it belongs to.</param>
/// <param name="GroupId">Number of its group.</param>
/// <param name="Identity">Which file it is, whatever its name.</param>
internal sealed partial record FileStatus(int Mode, uint OwnerId, uint GroupId, FileIdentity Identity)
{
    private const int Types = 0xF000;
    private const int Folder = 0x4000;
    private const int Regular = 0x8000;
    private const int Link = 0xA000;
    private const int Socket = 0xC000;

    /// <summary>Number of the user whose rights this process has; 0 on Windows, which has no such numbers.</summary>
    public static uint OwnUserId { get; } = OperatingSystem.IsWindows() ? 0 : GetEffectiveUserId();

    public bool IsFolder => (Mode & Types) == Folder;

    public bool IsRegularFile => (Mode & Types) == Regular;

    public bool IsLink => (Mode & Types) == Link;

    public bool IsSocket => (Mode & Types) == Socket;

    /// <summary>The type in words, with its article.</summary>
    public string TypeName => (Mode & Types) switch
    {
        Folder => "a folder",
        Regular => "a file",
        Link => "a link",
        Socket => "a socket",
        0x1000 => "a FIFO",
        _ => "a device",
    };

    /// <summary>Rights of the owner's group and of everybody.</summary>
    public UnixFileMode RightsOfOthers => (UnixFileMode)(Mode & 0b000_111_111);

    /// <summary>Whether a user owns it whom this process does not trust. Files of root are trusted, and root trusts the files of all users.</summary>
    private bool IsOfAStranger => OwnUserId != 0 && OwnerId != OwnUserId && OwnerId != 0;

    /// <summary>Looks at a path without opening it, so that nothing there can make it wait.</summary>
    /// <param name="followLinks">Whether the target of a link is meant, and not the link.</param>
    /// <returns>Null: nothing is there, or it cannot be seen; on Windows always.</returns>
    public static FileStatus? Read(string path, bool followLinks = false) =>
        OperatingSystem.IsWindows() ? null : Read(Prepare(path), followLinks);

    /// <summary>Looks at a path, and keeps the system's error number.</summary>
    /// <param name="path">The path as <see cref="Prepare"/> gives it.</param>
    /// <inheritdoc cref="Read(string, bool)"/>
    public static FileStatus? Read(ReadOnlySpan<byte> path, bool followLinks) =>
        (followLinks ? Stat(path, out var fields) : LinkStat(path, out fields)) == 0
            ? new(fields.Mode, fields.UserId, fields.GroupId, new(fields.Device, fields.Inode))
            : null;

    /// <summary>A path in the form that looking it up takes: prepared once, it can be looked up often for next to nothing.</summary>
    public static byte[] Prepare(string path) => Encoding.UTF8.GetBytes(path + '\0');

    /// <summary>The untrusted user who owns the file at a path or the target of a link there; null: neither has such an owner.</summary>
    public static uint? StrangerAt(string path) =>
        Read(path) is { IsOfAStranger: true } found ? found.OwnerId
        : Read(path, followLinks: true) is { IsOfAStranger: true } target ? target.OwnerId
        : null;

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();

    // The runtime's own library: one layout for all systems and processors, where libc has one for each.
    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_Stat", SetLastError = true)]
    private static partial int Stat(ReadOnlySpan<byte> path, out Fields fields);

    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_LStat", SetLastError = true)]
    private static partial int LinkStat(ReadOnlySpan<byte> path, out Fields fields);

    /// <summary><c>FileStatus</c> of the runtime's <c>pal_io.h</c>, with room to spare.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Fields
    {
        public int Flags;
        public int Mode;
        public uint UserId;
        public uint GroupId;
        public long Size;
        public fixed long Times[8];
        public long Device;
        public long DeviceOfSpecialFile;
        public long Inode;
        public fixed long Rest[8];
    }
}
