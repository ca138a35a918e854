using System.Runtime.InteropServices;

namespace Backchannel.Native.Cli;

/// <summary>The few calls of libc that .NET has no API for.</summary>
internal static unsafe partial class NativeMethods
{
    public const int ReadOnly = 0;
    public const int ReadWrite = 2;

    /// <summary>W_OK and X_OK: what making a file in a folder takes.</summary>
    public const int WriteAndSearch = 3;

    /// <summary>F_GETFD.</summary>
    public const int GetDescriptorFlags = 1;

    /// <summary>FD_CLOEXEC.</summary>
    public const int CloseOnExecute = 1;

    /// <summary>POLLIN.</summary>
    public const short Readable = 1;

    /// <summary>POLLOUT.</summary>
    public const short Writable = 4;

    public const int NoTimeout = -1;

    /// <summary>TCSADRAIN.</summary>
    public const int AfterOutput = 1;

    /// <summary>EINTR.</summary>
    public const int Interrupted = 4;

    /// <summary>EPIPE.</summary>
    public const int BrokenPipe = 32;

    /// <summary>SIGXFSZ.</summary>
    public const int FileSizeSignal = 25;

    /// <summary>SIGTERM.</summary>
    public const int TerminateSignal = 15;

    /// <summary>SIG_IGN.</summary>
    public const nint Ignore = 1;

    /// <summary>EAGAIN.</summary>
    public static int TryAgain => OperatingSystem.IsMacOS() ? 35 : 11;

    /// <summary>ECONNRESET.</summary>
    public static int ConnectionReset => OperatingSystem.IsMacOS() ? 54 : 104;

    /// <summary>The error number of the last call that keeps it.</summary>
    public static int LastError() => Marshal.GetLastPInvokeError();

    [LibraryImport("libc", EntryPoint = "getppid")]
    public static partial int GetParentProcessId();

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint GetUserId();

    [LibraryImport("libc", EntryPoint = "getpgrp")]
    public static partial int GetProcessGroup();

    [LibraryImport("libc", EntryPoint = "tcgetpgrp")]
    public static partial int GetForegroundGroup(int terminal);

    /// <param name="settings">A <c>termios</c>, whose size and members differ between systems.</param>
    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    public static partial int GetTerminalSettings(int terminal, byte* settings);

    /// <param name="when"><see cref="AfterOutput"/>.</param>
    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    public static partial int SetTerminalSettings(int terminal, int when, byte* settings);

    /// <summary>Makes the settings those of a terminal that passes every key on at once and shows none.</summary>
    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    public static partial void MakeRaw(byte* settings);

    [LibraryImport("libc", EntryPoint = "setsid")]
    public static partial int StartSession();

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "dup2")]
    public static partial int Duplicate(int descriptor, int target);

    /// <summary>Only for commands without an argument, such as <see cref="GetDescriptorFlags"/>: the others are passed differently on some systems.</summary>
    [LibraryImport("libc", EntryPoint = "fcntl")]
    public static partial int Control(int descriptor, int command);

    /// <summary>Only on Linux, as <see cref="Control"/> is only for some commands.</summary>
    [LibraryImport("libc", EntryPoint = "ioctl")]
    public static partial int ControlDevice(int descriptor, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, byte* buffer, nuint count);

    /// <summary>Whether <see cref="WriteNoWait"/> can be called on this system.</summary>
    public static bool HasWriteNoWait => OperatingSystem.IsLinux() && WriteVectorCall != 0;

    /// <summary>Number of <c>pwritev2</c>. Called by its number: older C libraries have no function for it.</summary>
    private static nint WriteVectorCall => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 328,
        Architecture.Arm64 => 286,
        _ => 0,
    };

    /// <summary>As <see cref="Write"/>, but fails with <see cref="TryAgain"/> where that would block, also when the descriptor is a blocking one.</summary>
    public static nint WriteNoWait(int descriptor, byte* buffer, nuint count)
    {
        const nint CurrentPosition = -1;
        const nint NoWait = 8;
        var segment = new Segment { Start = buffer, Length = count };
        return Call(WriteVectorCall, descriptor, &segment, 1, CurrentPosition, CurrentPosition, NoWait);
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollRequest* requests, nuint count, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Call(nint number, nint descriptor, Segment* segments, nint count, nint positionLow, nint positionHigh, nint flags);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int SendSignal(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "signal")]
    public static partial nint SetSignal(int signal, nint handler);

    /// <summary>Returns only when it fails.</summary>
    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Execute(string path, byte** arguments);

    /// <summary><c>pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollRequest
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
    /// <summary><c>iovec</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Segment
    {
        public byte* Start;
        public nuint Length;
    }
}
