using System.Runtime.InteropServices;

namespace Backchannel.Native.Work;

/// <summary>Starting a process in a group of its own, which <see cref="System.Diagnostics.Process"/> cannot do on Unix.</summary>
internal static unsafe partial class UnixProcess
{
    private const int KillSignal = 9;
    private const int PipeSignal = 13;
    private const int TerminateSignal = 15;
    private const int FileSizeSignal = 25;
    private const int HangUpSignal = 1;
    private const int InterruptSignal = 2;

    /// <summary>SIGCONT.</summary>
    private static int ContinueSignal => OperatingSystem.IsMacOS() ? 19 : 18;

    private const short SetGroup = 0x02;
    private const short SetDefaultSignals = 0x04;
    private const short SetSignalMask = 0x08;

    /// <summary>More than any C library needs for one of its opaque structures.</summary>
    private const int StructureSize = 1024;

    private const int Interrupted = 4;

    private const int AnyChild = -1;

    /// <summary>Number of <c>prctl</c>, which other systems do not have.</summary>
    private static nint ProcessControlCall => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 167 : 157;

    public static void StartSession() => _ = NewSession();

    /// <summary>On Linux, makes this process the parent of all below it whose own parent ends, such as daemons: they stay within reach.</summary>
    public static void AdoptOrphans()
    {
        const nint SetChildSubreaper = 36;
        if (OperatingSystem.IsLinux())
        {
            _ = Call(ProcessControlCall, SetChildSubreaper, 1, 0, 0, 0);
        }
    }

    /// <summary>For the guardian, which has to outlive what it guards. The command itself gets the usual signals.</summary>
    public static void IgnoreStopSignals()
    {
        foreach (var signal in (int[])[HangUpSignal, InterruptSignal, TerminateSignal])
        {
            _ = SetSignal(signal, 1);
        }
    }

    /// <summary>Starts a command, looked up in PATH, with the standard output and error of this process, in a new process group.</summary>
    /// <param name="input">Descriptor of its standard input.</param>
    /// <returns>Its process id, or 0 and the error number.</returns>
    public static (int Child, int Error) Start(IReadOnlyList<string> command, IReadOnlyList<string> environment, int input)
    {
        var attributes = stackalloc byte[StructureSize];
        var actions = stackalloc byte[StructureSize];
        var signals = stackalloc byte[StructureSize];
        _ = InitAttributes(attributes);
        _ = InitActions(actions);
        _ = SetFlags(attributes, SetGroup | SetDefaultSignals | SetSignalMask);
        _ = SetGroupId(attributes, 0);

        // An ignored signal stays ignored in the command; the runtime and this program ignore some.
        _ = EmptySignals(signals);
        _ = SetMask(attributes, signals);
        foreach (var signal in (int[])[HangUpSignal, InterruptSignal, PipeSignal, TerminateSignal, FileSizeSignal])
        {
            _ = AddSignal(signals, signal);
        }

        _ = SetDefaults(attributes, signals);
        _ = AddDuplicate(actions, input, 0);

        // The guardian's pipe from the runner is descriptor 0 and so is replaced; all else that this process opened closes by itself.
        using var arguments = new TextList(command);
        using var variables = new TextList(environment);
        var error = Spawn(out var child, arguments.First, actions, attributes, arguments.Pointers, variables.Pointers);
        _ = DestroyActions(actions);
        _ = DestroyAttributes(attributes);
        return error == 0 ? (child, 0) : (0, error);
    }

    /// <summary>Waits for the end of a child. Others that end meanwhile are forgotten.</summary>
    public static CommandEnd WaitFor(int child)
    {
        while (true)
        {
            var ended = Wait(AnyChild, out var status, 0);
            if (ended == child)
            {
                return (status & 0x7F) is > 0 and var signal ? CommandEnd.Signal(signal) : CommandEnd.Exit((status >> 8) & 0xFF);
            }

            if (ended < 0 && Marshal.GetLastPInvokeError() != Interrupted)
            {
                return CommandEnd.Exit(1);
            }
        }
    }

    /// <summary>Waits until a child ends, and forgets it.</summary>
    public static void WaitForAny() => _ = Wait(AnyChild, out _, 0);

    /// <summary>Whether there are children that run; those that have ended are forgotten.</summary>
    public static bool HasChildren()
    {
        const int NoHang = 1;
        int ended;
        do
        {
            ended = Wait(AnyChild, out _, NoHang);
        }
        while (ended > 0 || (ended < 0 && Marshal.GetLastPInvokeError() == Interrupted));
        return ended == 0;
    }

    public static void KillGroup(int leader) => _ = SendSignal(-leader, KillSignal);

    /// <summary>Asks them to end; one that is stopped can do so only when it goes on.</summary>
    public static void TerminateGroup(int leader) => Terminate(-leader);

    public static void Kill(int processId) => _ = SendSignal(processId, KillSignal);

    /// <inheritdoc cref="TerminateGroup"/>
    public static void Terminate(int processId)
    {
        _ = SendSignal(processId, TerminateSignal);
        Continue(processId);
    }

    /// <summary>Lets a stopped process go on; to one that runs it is nothing.</summary>
    public static void Continue(int processId) => _ = SendSignal(processId, ContinueSignal);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Call(nint number, nint option, nint first, nint second, nint third, nint fourth);

    [LibraryImport("libc", EntryPoint = "setsid")]
    private static partial int NewSession();

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetSignal(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int Wait(int processId, out int status, int options);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    private static partial int EmptySignals(byte* set);

    [LibraryImport("libc", EntryPoint = "sigaddset")]
    private static partial int AddSignal(byte* set, int signal);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int InitAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int DestroyAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int SetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setpgroup")]
    private static partial int SetGroupId(byte* attributes, int group);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int SetDefaults(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int SetMask(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int InitActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int DestroyActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int AddDuplicate(byte* actions, int descriptor, int target);

    [LibraryImport("libc", EntryPoint = "posix_spawnp")]
    private static partial int Spawn(out int child, byte* file, byte* actions, byte* attributes, byte** arguments, byte** environment);
}
