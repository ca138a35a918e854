using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Backchannel.Native.Files;

/// <summary>Opens files below a folder, one part of the path after the other and each relative to the one before, following no link.</summary>
/// <remarks>No path is looked up twice, so it does not help to swap a part of it between the check and the use: what is checked is what was opened.</remarks>
internal static partial class FolderDescent
{
    private const int TooManyLinksOfLinux = 40;
    private const int TooManyLinksOfMacOS = 62;
    private const int NoSuchFile = 2;
    private const int NotADirectory = 20;
    private const int AccessDenied = 13;

    /// <param name="folder">Opened through links: whoever names it trusts it.</param>
    /// <param name="parts">The path below it; no part is empty, <c>.</c> or <c>..</c>, or has a separator.</param>
    /// <param name="checkFolder">Called with the opened folder.</param>
    /// <exception cref="FileRefusedException">A part is missing, is a link, or is not what it has to be.</exception>
    public static SafeFileHandle Open(string folder, IReadOnlyList<string> parts, Action<SafeFileHandle> checkFolder)
    {
        var at = Checked(OpenPath(folder, Directory | CloseOnExecute));
        try
        {
            checkFolder(at);
            foreach (var part in parts.SkipLast(1))
            {
                var next = Checked(OpenAt(at, part, Directory | NoFollow | CloseOnExecute));
                at.Dispose();
                at = next;
            }

            // Without blocking: a FIFO would wait for a writer.
            return Checked(OpenAt(at, parts[^1], NoFollow | CloseOnExecute | NonBlocking | NoTerminal));
        }
        finally
        {
            at.Dispose();
        }
    }

    /// <summary>Opens a folder, through links.</summary>
    /// <returns>Null: it cannot be opened.</returns>
    public static SafeFileHandle? TryOpenFolder(string path) => Opened(OpenPath(path, Directory | CloseOnExecute));

    /// <summary>Opens a folder of a folder. A link is none.</summary>
    /// <param name="name">Ends with a zero.</param>
    /// <returns>Null: it cannot be opened.</returns>
    public static SafeFileHandle? TryOpenFolder(SafeFileHandle parent, ReadOnlySpan<byte> name) =>
        Opened(OpenAt(parent, name, Directory | NoFollow | CloseOnExecute));

    private static SafeFileHandle? Opened(int descriptor) => descriptor >= 0 ? new(descriptor, ownsHandle: true) : null;

    private static SafeFileHandle Checked(int descriptor) => descriptor >= 0
        ? new SafeFileHandle(descriptor, ownsHandle: true)
        : throw new FileRefusedException(Marshal.GetLastPInvokeError() switch
        {
            NoSuchFile => "does not exist",
            TooManyLinksOfLinux or TooManyLinksOfMacOS => "is a link",
            NotADirectory => "leads through a link or through something that is no folder",
            AccessDenied => "cannot be read by this user",
            var error => "cannot be opened: " + Marshal.GetPInvokeErrorMessage(error),
        });

    private static bool IsArm => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    // Flags of open: macOS, Linux on ARM, Linux elsewhere.
    private static int NoFollow => OperatingSystem.IsMacOS() ? 0x100 : IsArm ? 0x8000 : 0x20000;

    private static int Directory => OperatingSystem.IsMacOS() ? 0x100000 : IsArm ? 0x4000 : 0x10000;

    private static int CloseOnExecute => OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;

    private static int NonBlocking => OperatingSystem.IsMacOS() ? 0x4 : 0x800;

    private static int NoTerminal => OperatingSystem.IsMacOS() ? 0x20000 : 0x100;

    // The mode of a new file is left out, which some systems pass differently: nothing is created.
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenPath(string path, int flags);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenAt(SafeFileHandle folder, string part, int flags);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    private static partial int OpenAt(SafeFileHandle folder, ReadOnlySpan<byte> part, int flags);
}
