using System.Runtime.InteropServices;

namespace Backchannel.Native;

/// <summary>What lies at a path: its type, its owner, and which file it is. .NET's own API tells neither a socket from a file nor whose it is.</summary>
/// <param name="Mode">Type and rights, as Unix keeps them in one number.</param>
/// <param name="OwnerId">Number of the user that it belongs to.</param>
/// <param name="GroupId">Number of its group.</param>
/// <param name="Device">With <paramref name="Number"/>: which file it is, whatever its name.</param>
/// <param name="Number">The inode.</param>
internal sealed partial record FileStatus(int Mode, uint OwnerId, uint GroupId, long Device, long Number)
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

    /// <summary>Whether it belongs to somebody whom this process does not trust; root may use everybody's files, and everybody root's.</summary>
    private bool IsOfAStranger => OwnUserId != 0 && OwnerId != OwnUserId && OwnerId != 0;

    /// <summary>Looks at a path without opening it, so that nothing there can make it wait.</summary>
    /// <param name="followLinks">Whether the target of a link is meant, and not the link.</param>
    /// <returns>Null: nothing is there, or it cannot be seen; on Windows always.</returns>
    public static unsafe FileStatus? Read(string path, bool followLinks = false)
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        Fields fields;
        return (followLinks ? Stat(path, &fields) : LinkStat(path, &fields)) == 0
            ? new(fields.Mode, fields.UserId, fields.GroupId, fields.Device, fields.Inode)
            : null;
    }

    /// <summary>The stranger who owns what lies at a path, or what a link there leads to; null: none does.</summary>
    public static uint? StrangerAt(string path) =>
        Read(path) is { IsOfAStranger: true } found ? found.OwnerId
        : Read(path, followLinks: true) is { IsOfAStranger: true } target ? target.OwnerId
        : null;

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();

    // The runtime's own library: one layout for all systems and processors, where libc has one for each.
    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_Stat", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Stat(string path, Fields* fields);

    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_LStat", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int LinkStat(string path, Fields* fields);

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
