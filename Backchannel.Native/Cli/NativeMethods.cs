using System.Runtime.InteropServices;

namespace Backchannel.Native.Cli;

/// <summary>The few calls of libc that .NET has no API for.</summary>
internal static partial class NativeMethods
{
    public const int ReadWrite = 2;

    /// <summary>W_OK and X_OK: what making a file in a folder takes.</summary>
    public const int WriteAndSearch = 3;

    [LibraryImport("libc", EntryPoint = "getppid")]
    public static partial int GetParentProcessId();

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint GetUserId();

    [LibraryImport("libc", EntryPoint = "setsid")]
    public static partial int StartSession();

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "dup2")]
    public static partial int Duplicate(int descriptor, int target);
}
