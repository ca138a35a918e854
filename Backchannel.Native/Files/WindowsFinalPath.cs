using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Backchannel.Native.Files;

/// <summary>Opens files below a folder on Windows, where a path is opened as a whole: afterwards the system is asked where the opened file lies.</summary>
/// <remarks>Junctions and links on the way are followed, and the file is refused where they led out of the folder.</remarks>
internal static partial class WindowsFinalPath
{
    private const int MaxPath = 32_768;

    /// <exception cref="FileRefusedException">It is missing, cannot be opened, or lies elsewhere.</exception>
    [SupportedOSPlatform("windows")]
    public static SafeFileHandle Open(string folder, IReadOnlyList<string> parts)
    {
        try
        {
            var real = Target(folder);
            var file = File.OpenHandle(Path.Combine([folder, .. parts]), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var expected = Path.Combine([real, .. parts]);
            if (Of(file).EndsWith(expected[Path.GetPathRoot(expected)!.Length..], StringComparison.OrdinalIgnoreCase))
            {
                return file;
            }

            file.Dispose();
            throw new FileRefusedException("leads through a link");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new FileRefusedException("cannot be opened: " + fault.Message);
        }
    }

    /// <summary>The folder that a link leads to in the end; one that is no link is its own.</summary>
    public static string Target(string folder)
    {
        var info = new DirectoryInfo(folder);
        return (info.ResolveLinkTarget(returnFinalTarget: true) ?? info).FullName;
    }

    private static unsafe string Of(SafeFileHandle file)
    {
        var buffer = new char[MaxPath];
        fixed (char* start = buffer)
        {
            var length = GetFinalPath(file, start, MaxPath, 0);
            return length is > 0 and < MaxPath ? new string(start, 0, (int)length) : throw new IOException("its place is not told");
        }
    }

    [LibraryImport("kernel32", EntryPoint = "GetFinalPathNameByHandleW", SetLastError = true)]
    private static unsafe partial uint GetFinalPath(SafeFileHandle file, char* path, uint size, uint flags);
}
